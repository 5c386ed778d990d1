import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import type { Composer } from './composer.ts';

/** The Guild's composer, which Hive runs. It gives no hints. */
export const guild: Composer = {
  name: 'The Guild',
  package: '@theguild/federation-composition',
  compose(subgraphs) {
    const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
    const { supergraphSdl, errors = [] } = composeServices(services);
    return { supergraph: supergraphSdl, errors: errors.map(({ message }) => message), hints: [] };
  },
};
