import { buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLFieldResolver, type GraphQLSchema, getNamedType, isObjectType, parse } from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync, createResolversMap, getMetadataStorage } from 'type-graphql';
import { decorateSchema, type MutationTrail } from './decorate-schema.ts';
import { type ReferenceResolver, rejecting } from './entities.ts';
import { DateScalar, DateTimeScalar, DecimalScalar, SignedDecimalScalar, URLScalar } from './scalars.ts';
import { NO_TOPICS, type Subscribe } from './subscriptions.ts';

/**
 * Links the newest federation version that all composers accept, and `@semanticNonNull` (semantic-non-null.ts), which composers keep
 * in the supergraph only if `@composeDirective` names it.
 */
const HEAD = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@cost", "@listSize", "@tag", "@composeDirective"])
  @link(url: "https://specs.apollo.dev/nullability/v0.4", import: ["@semanticNonNull"])
  @composeDirective(name: "@semanticNonNull")

"""Null at these levels of the field comes with an error, and never without one."""
directive @semanticNonNull(levels: [Int!]! = [0]) on FIELD_DEFINITION`;

/** Descriptions of the root types, which TypeGraphQL cannot declare. */
const ROOTS = {
  query: 'Reads of self top-up, for the organization of the token. Support may read any organization.',
  mutation: 'Orders of self top-up. A refusal by a business rule is a userError, not an error.',
  subscription: 'Changes of self top-up, as event streams (GraphQL over SSE, distinct connections mode).',
};

export interface SubgraphParts {
  /** Instances of resolver classes. */
  resolvers: readonly object[];
  /** Reference resolvers by type name. */
  references: Record<string, ReferenceResolver>;
  /** The values of subscriptions by field. */
  subscriptions?: Record<string, Subscribe>;
  /** Without it, mutations leave no trail. */
  mutationTrail?: MutationTrail | undefined;
}

export interface Subgraph {
  schema: GraphQLSchema;
  sdl: string;
  /** Builds another schema with the same resolvers and decorations, for code that changes fields. */
  rebuild(): GraphQLSchema;
}

/** Builds Apollo's federated schema from TypeGraphQL's classes by way of their SDL, and decorates it (decorate-schema.ts). */
export function buildSubgraph(parts: SubgraphParts): Subgraph {
  const instances = new Map(parts.resolvers.map((instance) => [instance.constructor, instance]));
  orderFields([...instances.keys()]);
  const codeFirst = buildSchemaSync({
    resolvers: [...instances.keys()] as unknown as BuildSchemaOptions['resolvers'],
    container: { get: (resolverClass) => instances.get(resolverClass) },
    scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
    orphanedTypes: [],
    pubSub: NO_TOPICS as unknown as NonNullable<BuildSchemaOptions['pubSub']>,
    validate: false,
  });
  Object.assign(codeFirst.getQueryType() ?? {}, { description: ROOTS.query });
  Object.assign(codeFirst.getMutationType() ?? {}, { description: ROOTS.mutation });
  Object.assign(codeFirst.getSubscriptionType() ?? {}, { description: ROOTS.subscription });
  const sdl = `${HEAD}\n\n${printSubgraphSchema(codeFirst).trim()}\n`;
  const resolvers = createResolversMap(codeFirst) as Record<string, Record<string, unknown>>;
  for (const [type, resolveReference] of Object.entries(parts.references)) {
    resolvers[type] = { ...resolvers[type], __resolveReference: rejecting(resolveReference) };
  }
  for (const [field, subscribe] of Object.entries(parts.subscriptions ?? {})) {
    resolvers['Subscription'] = {
      ...resolvers['Subscription'],
      [field]: { ...(resolvers['Subscription']?.[field] as object), subscribe },
    };
  }
  answerTextsAtOnce(codeFirst, resolvers);
  const scalars = {
    Decimal: DecimalScalar,
    SignedDecimal: SignedDecimalScalar,
    DateTime: DateTimeScalar,
    Date: DateScalar,
    URL: URLScalar,
  };
  const decorations = { entities: new Set(Object.keys(parts.references)), mutationTrail: parts.mutationTrail };
  const build = () => {
    const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: { ...resolvers, ...scalars } }]);
    return serveSdl(decorateSchema(schema, decorations), sdl);
  };
  return { schema: build(), sdl, rebuild: build };
}

/**
 * Orders the fields of resolvers as the list of resolvers has them. TypeGraphQL keeps the order in which their modules were loaded, and
 * the server loads them in another order than the command that publishes the text.
 */
function orderFields(resolverClasses: readonly unknown[]): void {
  const places = new Map(resolverClasses.map((resolverClass, place) => [resolverClass, place]));
  // A field of the type's own class stays first.
  const placeOf = ({ target }: { target: unknown }) => places.get(target) ?? -1;
  const { queries, mutations, subscriptions, fieldResolvers } = getMetadataStorage();
  for (const fields of [queries, mutations, subscriptions, fieldResolvers])
    fields.sort((one: { target: unknown }, other: { target: unknown }) => placeOf(one) - placeOf(other));
}

/** Makes `_service` answer the published text. Apollo's own answer is a print of the schema, with definitions that nobody publishes. */
function serveSdl(schema: GraphQLSchema, sdl: string): GraphQLSchema {
  const service = schema.getQueryType()?.getFields()['_service'];
  if (service === undefined) throw new Error('The schema has no field _service to answer the SDL.');
  service.resolve = () => ({ sdl });
  return schema;
}

/**
 * Reads a text that is asked for without a language as the property that it is: TypeGraphQL makes a promise of every field with an
 * argument, and a page has dozens of texts.
 */
function answerTextsAtOnce(codeFirst: GraphQLSchema, resolvers: Record<string, Record<string, unknown>>): void {
  for (const [type, fields] of Object.entries(resolvers)) {
    const declared = codeFirst.getType(type);
    if (!isObjectType(declared)) continue;
    for (const [name, { args }] of Object.entries(declared.getFields())) {
      if (!args.some((arg) => getNamedType(arg.type).name === 'TopupLanguage')) continue;
      const translate = fields[name] as GraphQLFieldResolver<Record<string, unknown>, unknown>;
      const answer: typeof translate = (source, args, context, info) =>
        typeof source[name] === 'string' && (args['language'] ?? null) === null
          ? source[name]
          : translate(source, args, context, info);
      fields[name] = answer;
    }
  }
}
