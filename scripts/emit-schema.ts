/**
 * Emits the graph to schema/: the subgraph as we publish it, the supergraph with a stub of the organizations subgraph, and
 * the API that clients see. With --check nothing is written, and drift from what is committed fails.
 */
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices as composeWithApollo } from '@apollo/composition';
import {
  composeServices as composeWithGuild,
  transformSupergraphToPublicSchema,
} from '@theguild/federation-composition';
import { parse, print } from 'graphql';
import type { Services } from '../src/compose-services.ts';
import { buildGraph } from '../src/graph.ts';

const root = process.cwd();
const at = (file: string) => join(root, 'schema', file);

function compose(subgraph: string): { supergraph: string; api: string } {
  const services = [
    {
      name: 'organizations',
      url: 'http://organizations.internal/graphql',
      typeDefs: parse(readFileSync(at('neighbours/organizations.graphql'), 'utf8')),
    },
    { name: 'self-topup', url: 'http://self-topup.internal/graphql', typeDefs: parse(subgraph) },
  ];
  const guild = composeWithGuild(services);
  if (guild.supergraphSdl === undefined)
    throw new Error(`Does not compose: ${guild.errors?.map((error) => error.message).join('; ')}`);
  const apollo = composeWithApollo(services);
  if (apollo.supergraphSdl === undefined) {
    throw new Error(`Does not compose with Apollo's: ${apollo.errors?.map((error) => error.message).join('; ')}`);
  }
  const api = print(transformSupergraphToPublicSchema(parse(guild.supergraphSdl)));
  return { supergraph: guild.supergraphSdl, api };
}

// The schema needs the resolvers' classes, and no service behind them: nothing is resolved here.
const { sdl } = buildGraph({} as Services);
const { supergraph, api } = compose(sdl);
const files = { 'subgraph.graphql': sdl, 'supergraph.graphql': supergraph, 'api.graphql': api };

const drifted: string[] = [];
for (const [file, text] of Object.entries(files)) {
  const content = `${text.trim()}\n`;
  if (!process.argv.includes('--check')) writeFileSync(at(file), content);
  else if (readFileSync(at(file), 'utf8') !== content) drifted.push(file);
}
if (drifted.length > 0) {
  process.stderr.write(`schema/ has drifted: ${drifted.join(', ')}. Run \`npm run schema\` and commit.\n`);
  process.exitCode = 1;
}
