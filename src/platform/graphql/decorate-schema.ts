import {
  defaultFieldResolver,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import type { RequestContext } from '../server/request-context.ts';
import { type AccessRule, accessRuleOf, requireAccess } from './access-directives.ts';
import { guardEntities } from './entities.ts';

export type Resolve = GraphQLFieldResolver<unknown, RequestContext>;

/** One call of a mutation. */
export interface MutationCall {
  /** The field's name in the schema. */
  name: string;
  args: Record<string, unknown>;
  request: RequestContext;
}

/** Records who called which mutation. It learns the verdict on the caller's scopes and does not check them itself. */
export interface MutationTrail {
  /** Resolves when the refusal is recorded. The caller then gets `refusal`. */
  refused(mutation: MutationCall, refusal: GraphQLError): Promise<void>;
  /** Runs a mutation that its caller may run, and settles as it does. */
  around(mutation: MutationCall, run: () => Promise<unknown>): Promise<unknown>;
}

export interface Decorations {
  /** The names of the types that `_entities` resolves. */
  entities: ReadonlySet<string>;
  mutationTrail?: MutationTrail | undefined;
}

/**
 * Wraps the resolvers of a schema in one pass, in this order from the outside to the inside: access, mutation trail, guard of
 * `_entities`. A field that needs none of them keeps its resolver.
 */
export function decorateSchema(schema: GraphQLSchema, { entities, mutationTrail }: Decorations): GraphQLSchema {
  const mutation = schema.getMutationType();
  const entitiesField = schema.getQueryType()?.getFields()['_entities'];
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      const rule = accessRuleOf(field);
      const isEntities = field === entitiesField;
      const trail = type === mutation ? mutationTrail : undefined;
      if (rule === undefined && !isEntities && trail === undefined) continue;
      let resolve: Resolve = field.resolve ?? defaultFieldResolver;
      if (isEntities) resolve = guardEntities(resolve, entities);
      if (trail !== undefined) resolve = recordMutation(resolve, field.name, rule, trail);
      else if (rule !== undefined) resolve = requireAccess(resolve, rule);
      field.resolve = resolve;
      // A caller without the scope opens no stream, and a renewed token gets no further value.
      if (field.subscribe !== undefined && rule !== undefined) field.subscribe = requireAccess(field.subscribe, rule);
    }
  }
  return schema;
}

/** Checks the scopes of a mutation once, for both its caller and the trail. */
function recordMutation(resolve: Resolve, name: string, rule: AccessRule | undefined, trail: MutationTrail): Resolve {
  return async (source, args, request, info) => {
    const mutation = { name, args, request };
    const refusal = rule?.(request);
    if (refusal === undefined) return trail.around(mutation, async () => resolve(source, args, request, info));
    await trail.refused(mutation, refusal);
    throw refusal;
  };
}
