import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import type { RequestContext } from '../server/request-context.ts';
import { badUserInput } from './errors.ts';

/** Answers the entity, or null where there is none for this caller. Must not answer a frozen object. */
export type ReferenceResolver = (
  reference: Record<string, unknown>,
  request: RequestContext,
  info: GraphQLResolveInfo,
) => unknown;

/**
 * Apollo's `_entities` asks for one representation after the other, and leaves alone those that it has asked for when one
 * throws there and then. What they come to is then nobody's, and a rejection that is nobody's ends the process: a caller
 * without a token could end every replica. So none throws there and then: what is no representation is refused before any is
 * asked for, and a reference only ever rejects.
 */
export function guardEntities(schema: GraphQLSchema, entities: ReadonlySet<string>): GraphQLSchema {
  const field = schema.getQueryType()?.getFields()['_entities'];
  const resolve = field?.resolve;
  if (field === undefined || resolve === undefined) return schema;
  field.resolve = (source, args: { representations: readonly unknown[] }, context, info) => {
    if (!args.representations.every((representation) => namesOneOf(entities, representation))) {
      throw badUserInput(`A representation is an object whose __typename is one of ${[...entities].join(', ')}.`);
    }
    return resolve(source, args, context, info);
  };
  return schema;
}

export function rejecting(resolveReference: ReferenceResolver): ReferenceResolver {
  return async (reference, ...rest) => resolveReference(withTextId(reference), ...rest);
}

/** Each key is an ID, for which GraphQL accepts a whole number too. `_Any` does not coerce it. */
function withTextId(reference: Record<string, unknown>): Record<string, unknown> {
  return Number.isSafeInteger(reference['id']) ? { ...reference, id: String(reference['id']) } : reference;
}

function namesOneOf(entities: ReadonlySet<string>, representation: unknown): boolean {
  const { __typename } = Object(representation) as { __typename?: unknown };
  return typeof __typename === 'string' && entities.has(__typename);
}
