import { buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchema } from 'graphql';
import { parse } from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync, createResolversMap } from 'type-graphql';
import { decorateSchema, type MutationTrail } from './decorate-schema.ts';
import { type ReferenceResolver, rejecting } from './entities.ts';
import { DateScalar, DateTimeScalar, DecimalScalar, URLScalar } from './scalars.ts';

/** Newest federation version that every composition tool we check with accepts. */
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@cost", "@listSize"])`;

/** TypeGraphQL has no place for the roots' descriptions. */
const ROOTS = {
  query: 'Self top-up, reading: of the organization that the token belongs to, or of any for support.',
  mutation: 'Self top-up, ordering: refusals that are part of the business are userErrors, not errors.',
};

export interface SubgraphParts {
  /** Resolver classes and the instances that serve them. */
  resolvers: readonly object[];
  /** By type name. */
  references: Record<string, ReferenceResolver>;
  /** Nothing is written down without it. */
  mutationTrail?: MutationTrail | undefined;
}

export interface Subgraph {
  schema: GraphQLSchema;
  sdl: string;
  /** Builds the schema again, with the same resolvers and decorations: for code that changes fields only for itself. */
  rebuild(): GraphQLSchema;
}

/** TypeGraphQL's classes → SDL → Apollo's federated schema with the same resolvers, decorated (decorate-schema.ts). */
export function buildSubgraph(parts: SubgraphParts): Subgraph {
  const instances = new Map(parts.resolvers.map((instance) => [instance.constructor, instance]));
  const codeFirst = buildSchemaSync({
    resolvers: [...instances.keys()] as unknown as BuildSchemaOptions['resolvers'],
    container: { get: (resolverClass) => instances.get(resolverClass) },
    scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
    orphanedTypes: [],
    validate: false,
  });
  Object.assign(codeFirst.getQueryType() ?? {}, { description: ROOTS.query });
  Object.assign(codeFirst.getMutationType() ?? {}, { description: ROOTS.mutation });
  const sdl = `${LINK}\n\n${printSubgraphSchema(codeFirst)}\n`;
  const resolvers = createResolversMap(codeFirst) as Record<string, Record<string, unknown>>;
  for (const [type, resolveReference] of Object.entries(parts.references)) {
    resolvers[type] = { ...resolvers[type], __resolveReference: rejecting(resolveReference) };
  }
  const scalars = { Decimal: DecimalScalar, DateTime: DateTimeScalar, Date: DateScalar, URL: URLScalar };
  const decorations = { entities: new Set(Object.keys(parts.references)), mutationTrail: parts.mutationTrail };
  const build = () =>
    decorateSchema(
      buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: { ...resolvers, ...scalars } }]),
      decorations,
    );
  return { schema: build(), sdl, rebuild: build };
}
