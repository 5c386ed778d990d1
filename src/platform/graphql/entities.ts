import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import type { RequestContext } from '../server/request-context.ts';
import { badUserInput } from './errors.ts';

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
 */
export function guardEntities(
  resolve: GraphQLFieldResolver<unknown, RequestContext>,
  entities: ReadonlySet<string>,
): GraphQLFieldResolver<unknown, RequestContext> {
  return (source, args: { representations: readonly unknown[] }, context, info) => {
    if (!args.representations.every((representation) => namesOneOf(entities, representation))) {
      throw badUserInput(`A representation is an object whose __typename is one of ${[...entities].join(', ')}.`);
    }
    return resolve(source, args, context, info);
  };
}

/** Returns the same resolver, which rejects instead of throwing. */
export function rejecting(resolveReference: ReferenceResolver): ReferenceResolver {
  return async (reference, ...rest) => resolveReference(withTextId(reference), ...rest);
}

/** GraphQL accepts a whole number as an ID, but `_Any` does not coerce it. */
function withTextId(reference: Record<string, unknown>): Record<string, unknown> {
  return Number.isSafeInteger(reference['id']) ? { ...reference, id: String(reference['id']) } : reference;
}

function namesOneOf(entities: ReadonlySet<string>, representation: unknown): boolean {
  const { __typename } = Object(representation) as { __typename?: unknown };
  return typeof __typename === 'string' && entities.has(__typename);
}
