import { composeServices } from '@apollo/composition';
import { composeServices as composeServicesIn23 } from 'apollo-composition-2.3';
import { parse } from 'graphql';
import type { Composer, SubgraphSource } from './composer.ts';

const servicesOf = (subgraphs: readonly SubgraphSource[]) =>
  subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));

const messagesOf = (all: readonly { message: string }[] = []) => all.map(({ message }) => message);

/** Apollo's composer, as `rover supergraph compose` and GraphOS run it. */
export const apollo: Composer = {
  name: 'Apollo',
  package: '@apollo/composition',
  compose(subgraphs) {
    const { supergraphSdl, errors, hints } = composeServices(servicesOf(subgraphs));
    return { supergraph: supergraphSdl, errors: messagesOf(errors), hints: hintsOf(hints) };
  },
};

/** The last release of federation 2.3, for gateways that read no newer supergraph. */
export const apollo23: Composer = {
  name: 'Apollo 2.3',
  package: 'apollo-composition-2.3',
  compose(subgraphs) {
    const { supergraphSdl, errors, hints } = composeServicesIn23(servicesOf(subgraphs));
    return { supergraph: supergraphSdl, errors: messagesOf(errors), hints: hintsOf(hints) };
  },
};

type Hint = { definition: { code: string }; message: string };
const hintsOf = (hints: readonly Hint[] = []) =>
  hints.map(({ definition, message }) => `${definition.code}: ${message}`);
