import type { GraphQLError, GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import type { RequestContext } from '../server/request-context.ts';
import { badUserInput } from './errors.ts';
import { describeExcess } from './limits/excess.ts';
import { REQUEST_LIMITS } from './limits/limits.ts';

/** Resolves to the entity, or to null if this caller may not see it or it does not exist. The entity must not be frozen. */
export type ReferenceResolver = (
  reference: Record<string, unknown>,
  request: RequestContext,
  info: GraphQLResolveInfo,
) => unknown;

/**
 * Guards Apollo's resolver of `_entities`, which throws at the first representation that it cannot read and abandons the
 * promises of those before it (`entitiesResolver` in @apollo/subgraph 2.15, dist/types.js; no upstream issue). An unhandled
 * rejection ends the process, so a caller without a token could end every replica. The guard checks every representation
 * first, and `rejecting` keeps a reference resolver from throwing synchronously.
 *
 * A gateway puts as many references into one request as its page has. Those above the limit are an error each, and the others are
 * served: a refused request would leave the whole page empty.
 */
export function guardEntities(
  resolve: GraphQLFieldResolver<unknown, RequestContext>,
  entities: ReadonlySet<string>,
): GraphQLFieldResolver<unknown, RequestContext> {
  return async (source, { representations }: { representations: readonly unknown[] }, context, info) => {
    if (!representations.every((representation) => namesOneOf(entities, representation))) {
      throw badUserInput(`A representation is an object whose __typename is one of ${[...entities].join(', ')}.`);
    }
    const answered = representations.slice(0, MOST);
    const found = (await resolve(source, { representations: answered }, context, info)) as readonly unknown[];
    return representations.length <= MOST ? found : [...found, ...errorsAbove(representations.length)];
  };
}

const MOST = REQUEST_LIMITS.representations;

function errorsAbove(figure: number): GraphQLError[] {
  const excess = { limitName: 'representations', limit: MOST, figure };
  const message = `${describeExcess(excess)} The first ${MOST} are answered: ask for the others in another request.`;
  return Array.from({ length: figure - MOST }, () => badUserInput(message, excess));
}

/** Returns the same resolver, which rejects instead of throwing. */
export function rejecting(resolveReference: ReferenceResolver): ReferenceResolver {
  return async (reference, ...rest) => resolveReference(withTextId(reference), ...rest);
}

/** Coerces a whole number as the scalar ID does. `_Any` has no type by which GraphQL could. */
function withTextId(reference: Record<string, unknown>): Record<string, unknown> {
  return Number.isInteger(reference['id']) ? { ...reference, id: String(reference['id']) } : reference;
}

function namesOneOf(entities: ReadonlySet<string>, representation: unknown): boolean {
  const { __typename } = Object(representation) as { __typename?: unknown };
  return typeof __typename === 'string' && entities.has(__typename);
}
