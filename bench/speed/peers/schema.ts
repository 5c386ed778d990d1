import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import { root } from '../../neighbours/ground.ts';
import type { Backend } from './backend.ts';
import { createResolvers } from './resolvers.ts';

/** SDL first: what a team would write by hand, federated, with the resolvers that all peers share. */
export function createSchema({ services, options }: Backend): GraphQLSchema {
  const typeDefs = parse(readFileSync(join(root, 'schema/subgraph.graphql'), 'utf8'));
  return buildSubgraphSchema([{ typeDefs, resolvers: createResolvers(services, options) }]);
}
