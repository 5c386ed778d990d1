import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices as composeWithApollo } from '@apollo/composition';
import {
  composeServices as composeWithGuild,
  transformSupergraphToPublicSchema,
} from '@theguild/federation-composition';
import { parse, print } from 'graphql';
import { buildGraph } from '../src/app/graph.ts';
import type { Services } from '../src/app/services.ts';

export interface SubgraphSource {
  name: string;
  url: string;
  sdl: string;
}

export const schemaFile = (file: string) => join(process.cwd(), 'schema', file);

/** Returns the supergraph of The Guild's library. Throws if either of the two libraries fails to compose it. */
export function composeSupergraph(subgraphs: readonly SubgraphSource[]): string {
  const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
  const guild = composeWithGuild(services);
  if (guild.supergraphSdl === undefined)
    throw new Error(`Does not compose: ${guild.errors?.map((error) => error.message).join('; ')}`);
  const apollo = composeWithApollo(services);
  if (apollo.supergraphSdl === undefined) {
    throw new Error(`Does not compose with Apollo's: ${apollo.errors?.map((error) => error.message).join('; ')}`);
  }
  return guild.supergraphSdl;
}

export function organizationsSource(): SubgraphSource {
  const sdl = readFileSync(schemaFile('neighbours/organizations.graphql'), 'utf8');
  return { name: 'organizations', url: 'http://organizations.internal/graphql', sdl };
}

/** Builds the schema from the resolvers' classes. Nothing resolves here, so no service is needed. */
export function topupSource(): SubgraphSource {
  return { name: 'self-topup', url: 'http://self-topup.internal/graphql', sdl: buildGraph({} as Services).sdl };
}

/** Returns the content of schema/ by file name, from the current code. */
export function schemaFiles(): Record<string, string> {
  const topup = topupSource();
  const supergraph = composeSupergraph([organizationsSource(), topup]);
  const api = print(transformSupergraphToPublicSchema(parse(supergraph)));
  const files = { 'subgraph.graphql': topup.sdl, 'supergraph.graphql': supergraph, 'api.graphql': api };
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, `${text.trim()}\n`]));
}
