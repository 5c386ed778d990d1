import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { parse, print } from 'graphql';
import type { Composer } from './composer.ts';

/** WunderGraph's composer, which Cosmo and its CLI run. */
export const cosmo: Composer = {
  name: 'Cosmo',
  package: '@wundergraph/composition',
  compose(subgraphs) {
    const result = federateSubgraphs({
      subgraphs: subgraphs.map(({ name, url, sdl }) => ({ name, url, definitions: parse(sdl) })),
      version: ROUTER_COMPATIBILITY_VERSION_ONE,
    });
    const hints = result.warnings.map(({ message }) => message);
    if (!result.success) return { errors: result.errors.map(({ message }) => message), hints };
    return { supergraph: print(result.federatedGraphAST), errors: [], hints };
  },
};
