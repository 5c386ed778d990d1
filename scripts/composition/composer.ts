/** A subgraph as a schema registry stores it. */
export interface SubgraphSource {
  name: string;
  url: string;
  sdl: string;
}

/** The answer of a composer. Without `supergraph`, `errors` gives the reasons. */
export interface Composition {
  supergraph?: string;
  errors: readonly string[];
  /** Remarks of the composer about a supergraph that it composes all the same. */
  hints: readonly string[];
}

export interface Composer {
  name: string;
  /** The package of the composer, with its exact version in package.json. */
  package: string;
  compose(subgraphs: readonly SubgraphSource[]): Composition;
}
