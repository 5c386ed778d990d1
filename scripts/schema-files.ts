import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import { parse, print } from 'graphql';
import { buildGraph } from '../src/app/graph.ts';
import type { Services } from '../src/app/services.ts';
import type { SubgraphSource } from './composition/composer.ts';
import { COMPOSERS } from './composition/composers.ts';
import { guild } from './composition/guild.ts';
import { openVariant, variant1, variant23 } from './composition/variants.ts';

export const schemaFile = (file: string) => join(process.cwd(), 'schema', file);

/** Returns the supergraph of The Guild's composer. Throws if any of the composers refuses it. */
export function composeSupergraph(subgraphs: readonly SubgraphSource[]): string {
  for (const composer of COMPOSERS) {
    const { supergraph, errors } = composer.compose(subgraphs);
    if (supergraph === undefined) throw new Error(`${composer.name} does not compose it: ${errors.join('; ')}`);
  }
  return guild.compose(subgraphs).supergraph ?? '';
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
  return {
    'subgraph.graphql': topup.sdl,
    'subgraph.open.graphql': openVariant(topup.sdl),
    'subgraph.v2.3.graphql': variant23(topup.sdl),
    'subgraph.v1.graphql': variant1(topup.sdl),
    'supergraph.graphql': `${composeSupergraph([organizationsSource(), topup]).trim()}\n`,
    'api.graphql': apiOf(topup),
  };
}

/** Returns the API of one subgraph alone, as clients see it behind a gateway. */
export function apiOf(subgraph: SubgraphSource): string {
  const { supergraph = '', errors } = guild.compose([subgraph]);
  if (errors.length > 0) throw new Error(`${subgraph.name} does not compose: ${errors.join('; ')}`);
  return `${print(transformSupergraphToPublicSchema(parse(supergraph)))}\n`;
}
