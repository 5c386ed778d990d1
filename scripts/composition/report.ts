import { transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import { Kind, parse, print, visit } from 'graphql';
import type { Composer, Composition, SubgraphSource } from './composer.ts';
import { explanationOf, explanations } from './hints.ts';
import { type Deviation, deviations, type Neighbours, neighbours } from './neighbours.ts';

/** A row of a table: one composition per composer, in the order of the composers. */
export interface Row<Of extends Neighbours> {
  neighbours: Of;
  compositions: readonly Composition[];
}

/** Composes our subgraph beside each of the neighbours, by each of the composers. */
export function composeBeside<Of extends Neighbours>(
  topup: SubgraphSource,
  all: readonly Of[],
  composers: readonly Composer[],
): Row<Of>[] {
  return all.map((each) => ({
    neighbours: each,
    compositions: composers.map(({ compose }) => compose([...each.subgraphs, topup])),
  }));
}

/** Returns the hints that nobody has explained (hints.ts). */
export const unexplainedIn = (rows: readonly Row<Neighbours>[]) =>
  rows.flatMap(({ compositions }) => compositions.flatMap(({ hints }) => hints)).filter((hint) => !explanationOf(hint));

/** Returns the two tables of docs/composition.md by name. */
export function composition(topup: SubgraphSource, composers: readonly Composer[]) {
  const beside = composeBeside(topup, neighbours(), composers);
  const deviating = composeBeside(topup, deviations(), composers);
  const head = (first: string, ...last: string[]) => {
    const cells = [first, ...composers.map(({ name }) => name), ...last];
    return [cells, cells.map(() => '---')];
  };
  return {
    neighbours: tableOf([...head('neighbour'), ...beside.map(neighbourRow)]),
    hints: explanations.map(({ title, reason }, index) => `${index + 1}. ${title}: ${reason}`).join('\n'),
    deviations: tableOf([...head('the other subgraph', 'in the supergraph'), ...deviating.map(deviationRow)]),
    unexplained: unexplainedIn(beside),
    refused: beside.flatMap(({ compositions }) => compositions.flatMap(({ errors }) => errors)),
  };
}

const tableOf = (rows: readonly string[][]) => rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function neighbourRow({ neighbours: { title }, compositions }: Row<Neighbours>): string[] {
  const cells = compositions.map((each) => {
    const numbers = [...new Set(each.hints.map(explanationOf))].toSorted();
    return numbers.length === 0 ? verdictOn(each) : `${verdictOn(each)}, hint ${numbers.join(', ')}`;
  });
  return [title, ...cells];
}

function deviationRow({ neighbours: { title, affects }, compositions }: Row<Deviation>): string[] {
  const merged = compositions.flatMap(({ supergraph }) =>
    supergraph === undefined || affects === undefined ? [] : [`\`${shapeOf(affects, supergraph)}\``],
  );
  const verdicts = compositions.map((each) =>
    each.hints.some((hint) => explanationOf(hint) === 0) ? `${verdictOn(each)}, with a hint` : verdictOn(each),
  );
  return [title, ...verdicts, [...new Set(merged)].join(' or ')];
}

function verdictOn({ supergraph, errors }: Composition): string {
  if (supergraph !== undefined) return 'composes';
  return errors.some((error) => error.includes('panicked')) ? 'panics' : 'refuses';
}

/** Returns a type of the supergraph's API in one line, without descriptions and directives. */
function shapeOf(type: string, supergraph: string): string {
  const api = visit(transformSupergraphToPublicSchema(parse(supergraph)), {
    StringValue: () => null,
    Directive: () => null,
  });
  const definition = api.definitions.find((node) => 'name' in node && node.name?.value === type);
  if (definition?.kind === Kind.ENUM_TYPE_DEFINITION) {
    return `enum ${type} { ${definition.values?.map(({ name }) => name.value).join(' ')} }`;
  }
  if (definition?.kind === Kind.OBJECT_TYPE_DEFINITION) {
    return `type ${type} { ${definition.fields?.map(print).toSorted().join(' ')} }`;
  }
  return definition === undefined ? `no ${type}` : print(definition);
}
