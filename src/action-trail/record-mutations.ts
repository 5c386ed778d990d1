import { defaultFieldResolver, GraphQLError, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql';
import type { Clock } from '../kernel/clock.ts';
import { isId } from '../kernel/ids.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { accessRuleOf } from '../platform/graphql/access-directives.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { type Action, type ActionTrail, type Conclusion, recordAction, recordRefusal } from './record-action.ts';

/** The parts of a mutation's input and payload that the trail knows. */
interface Input {
  orderId?: unknown;
}
interface Payload {
  order?: { id?: unknown } | null;
  userErrors?: readonly { code: string }[];
}

/**
 * Puts every mutation of the schema, those to come too, into the trail. Who sends no good token is nobody, and not entered; a
 * caller without the scope is entered as refused. What is refused before anything is resolved (a wrong query or variable, too
 * many mutations) is in the log alone.
 */
export function recordMutations(schema: GraphQLSchema, database: TenantDatabase, clock: Clock): void {
  for (const [name, field] of Object.entries(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver;
    const assertAllowed = accessRuleOf(field);
    field.resolve = async (source, args: { input?: Input }, request: RequestContext, info: GraphQLResolveInfo) => {
      const { caller, log } = request;
      const run = async () => resolve(source, args, request, info);
      if (caller === undefined) return run();
      const trail: ActionTrail = { clock, log, write: (entry) => database.writes(request, entry) };
      const action: Action = {
        actor: caller.subject,
        via: 'mutation',
        organizationId: caller.organizationId ?? null,
        action: name,
        subject: idOf(args.input?.orderId),
        correlationId: request.correlationId,
      };
      try {
        assertAllowed(request);
      } catch (error) {
        await recordRefusal(trail, action, codeOf(error));
        throw error;
      }
      return recordAction(trail, action, run, (ending) => conclude(action, ending));
    };
  }
}

function conclude({ subject }: Action, ending: { answer: unknown } | { error: unknown }): Conclusion {
  if ('error' in ending) return { outcome: codeOf(ending.error) };
  const { order, userErrors = [] } = (ending.answer ?? {}) as Payload;
  const codes = [...new Set(userErrors.map(({ code }) => code))];
  return { outcome: codes.length === 0 ? 'ok' : codes.join(' '), subject: idOf(order?.id) ?? subject };
}

/** What somebody sent as an id and is none may be anything, and is not kept. */
const idOf = (given: unknown) => (typeof given === 'string' && isId(given) ? given.toLowerCase() : null);

function codeOf(error: unknown): string {
  const code = error instanceof GraphQLError ? error.extensions['code'] : undefined;
  return typeof code === 'string' ? code : 'failed';
}
