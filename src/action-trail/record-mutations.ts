import { GraphQLError } from 'graphql';
import type { Clock } from '../kernel/clock.ts';
import { isId } from '../kernel/ids.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { MutationCall, MutationTrail } from '../platform/graphql/decorate-schema.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { type Action, type ActionTrail, type Conclusion, recordAction, recordRefusal } from './record-action.ts';

/** The parts of a mutation's payload that the trail reads. */
interface Payload {
  order?: { id?: unknown } | null;
  userErrors?: readonly { code: string }[];
}

/**
 * Enters every mutation of the schema, including future ones, into the trail. A request without a valid token has no
 * actor and is not entered; a caller without the scope is entered as refused. A request that fails before any resolver
 * runs (an invalid query or variable, too many mutations) is only in the log.
 */
export function createMutationTrail(database: TenantDatabase, clock: Clock): MutationTrail {
  const trailOf = (request: RequestContext): ActionTrail => ({
    clock,
    log: request.log,
    write: (entry) => database.writes(request, entry),
  });
  return {
    async refused(mutation, refusal) {
      const action = actionOf(mutation);
      if (action !== undefined) await recordRefusal(trailOf(mutation.request), action, codeOf(refusal));
    },
    async around(mutation, run) {
      const action = actionOf(mutation);
      if (action === undefined) return run();
      return recordAction(trailOf(mutation.request), action, run, (ending) => conclude(action, ending));
    },
  };
}

/** Returns undefined without a caller. */
function actionOf({ name, args, request: { caller, correlationId } }: MutationCall): Action | undefined {
  if (caller === undefined) return undefined;
  const { orderId } = (args['input'] ?? {}) as { orderId?: unknown };
  return {
    actor: caller.subject,
    via: 'mutation',
    organizationId: caller.organizationId ?? null,
    action: name,
    subject: idOf(orderId),
    reason: null,
    correlationId,
  };
}

function conclude({ subject }: Action, ending: { answer: unknown } | { error: unknown }): Conclusion {
  if ('error' in ending) return { outcome: codeOf(ending.error) };
  const { order, userErrors = [] } = (ending.answer ?? {}) as Payload;
  const codes = [...new Set(userErrors.map(({ code }) => code))];
  return { outcome: codes.length === 0 ? 'ok' : codes.join(' '), subject: idOf(order?.id) ?? subject };
}

/** Drops a value that is not an id: it could be any text, and the trail stores none. */
const idOf = (value: unknown) => (typeof value === 'string' && isId(value) ? value.toLowerCase() : null);

function codeOf(error: unknown): string {
  const code = error instanceof GraphQLError ? error.extensions['code'] : undefined;
  return typeof code === 'string' ? code : 'failed';
}
