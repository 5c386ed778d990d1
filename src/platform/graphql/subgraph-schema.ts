import { buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchema } from 'graphql';
import { parse } from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync, createResolversMap } from 'type-graphql';
import { enforceAccessDirectives } from './access-directives.ts';
import { guardEntities, type ReferenceResolver, rejecting } from './entities.ts';
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
}

export interface Subgraph {
  schema: GraphQLSchema;
  sdl: string;
  /** The same once more, with the same resolvers: for who must not see what others make of the first. */
  rebuild(): GraphQLSchema;
}

/** TypeGraphQL's classes → SDL → Apollo's federated schema with the same resolvers, and the access rules put in. */
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
  const build = () => {
    const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: { ...resolvers, ...scalars } }]);
    guardEntities(schema, new Set(Object.keys(parts.references)));
    return enforceAccessDirectives(schema);
  };
  return { schema: build(), sdl, rebuild: build };
}
