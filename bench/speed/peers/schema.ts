import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import type { Backend } from './backend.ts';
import { createResolvers } from './resolvers.ts';

/** From dist/bench/speed/peers, where it runs. */
const SDL = join(import.meta.dirname, '../../../../schema/subgraph.graphql');

/** SDL first: what a team would write by hand, federated, with the resolvers that all peers share. */
export function createSchema(backend: Backend): GraphQLSchema {
  const typeDefs = parse(readFileSync(SDL, 'utf8'));
  return buildSubgraphSchema([{ typeDefs, resolvers: createResolvers(backend) }]);
}
