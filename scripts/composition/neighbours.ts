import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SubgraphSource } from './composer.ts';

/** Other subgraphs of a supergraph, beside ours. */
export interface Neighbours {
  title: string;
  subgraphs: readonly SubgraphSource[];
}

/** A neighbour that breaks an agreement. */
export interface Deviation extends Neighbours {
  /** The type that shows the effect where it composes. */
  affects: string | undefined;
}

const DIRECTORY = join(process.cwd(), 'schema', 'neighbours');
const PLAIN_OWNER = 'organizations';
/** Subgraphs that own Organization: a supergraph has one of them. */
const OWNERS = [PLAIN_OWNER, 'org-owner-rich', 'organization-by-slug'];
/** `@interfaceObject` needs the subgraph that declares the interface. */
const NEEDS: Record<string, readonly string[]> = { interfaceobject: ['auditable-owner'] };
const ALL_TOGETHER = 'All of them, with the owner that has two keys';

export function subgraphOf(file: string): SubgraphSource {
  const name = basename(file);
  return {
    name,
    url: `http://${name}.internal/graphql`,
    sdl: readFileSync(join(DIRECTORY, `${file}.graphql`), 'utf8'),
  };
}

/** Returns each neighbour of schema/neighbours beside an owner of Organization, and all of them together. */
export function neighbours(): Neighbours[] {
  const files = filesIn(DIRECTORY);
  const each = files.map((file) => ({ title: titleOf(subgraphOf(file)), subgraphs: besideOwner(file) }));
  const together = files.filter((file) => file !== PLAIN_OWNER).map(subgraphOf);
  return [...each, { title: ALL_TOGETHER, subgraphs: together }];
}

export function deviations(): Deviation[] {
  return filesIn(join(DIRECTORY, 'deviating')).map((file) => {
    const subgraph = subgraphOf(`deviating/${file}`);
    const affects = /^# affects: (\w+)$/m.exec(subgraph.sdl)?.[1];
    return { title: titleOf(subgraph), subgraphs: besideOwner(`deviating/${file}`), affects };
  });
}

function filesIn(directory: string): string[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.graphql'));
  return files.map((file) => basename(file, '.graphql')).toSorted();
}

function besideOwner(file: string): SubgraphSource[] {
  const owner = OWNERS.includes(basename(file)) ? [] : [PLAIN_OWNER];
  return [...owner, ...(NEEDS[file] ?? []), file].map(subgraphOf);
}

/** The first line of a neighbour's file is its title, as a comment. */
const titleOf = ({ sdl }: SubgraphSource) => sdl.split('\n')[0]?.replace(/^# /, '') ?? '';
