import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The largest values over all operations and fragments, with every spread expanded. */
export interface ExpandedShape {
  /** A fragment contains itself. Its expansion has no end and counts as nothing. */
  isCyclic: boolean;
  /** Levels of fields and inline fragments. */
  depth: number;
  fields: number;
  aliases: number;
  rootFields: number;
  /** Root fields of mutations, without `__typename`. */
  mutationFields: number;
}

/** The counts of one selection set. */
interface Expanded {
  depth: number;
  fields: number;
  aliases: number;
  /** Fields at the top level, with and without `__typename`. */
  top: number;
  topButTypename: number;
}

const NOTHING: Expanded = { depth: 0, fields: 0, aliases: 0, top: 0, topButTypename: 0 };

/** Counts a document with every spread expanded, in linear time (see ExpandedCounter). */
export function expandedShapeOf(document: DocumentNode): ExpandedShape {
  return new ExpandedCounter(document).count();
}

/**
 * Counts each fragment once: twenty fragments that double each other cost twenty steps, not a million. Counts are floats: an
 * inexact count is over every limit anyway, and the limit on fragments keeps it below Infinity.
 */
class ExpandedCounter {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Holds undefined while a fragment is being counted: a spread of it met meanwhile is a cycle. */
  private readonly expanded = new Map<FragmentDefinitionNode, Expanded | undefined>();
  private isCyclic = false;

  constructor(private readonly document: DocumentNode) {
    const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(fragments.map((node) => [node.name.value, node]));
  }

  count(): ExpandedShape {
    const largest = { depth: 0, fields: 0, aliases: 0, rootFields: 0, mutationFields: 0 };
    for (const node of this.document.definitions) {
      if (node.kind !== Kind.OPERATION_DEFINITION && node.kind !== Kind.FRAGMENT_DEFINITION) continue;
      const isOperation = node.kind === Kind.OPERATION_DEFINITION;
      const counted = isOperation ? this.selectionSet(node.selectionSet) : this.fragment(node);
      largest.depth = Math.max(largest.depth, counted.depth);
      largest.fields = Math.max(largest.fields, counted.fields);
      largest.aliases = Math.max(largest.aliases, counted.aliases);
      if (!isOperation) continue;
      largest.rootFields = Math.max(largest.rootFields, counted.top);
      if (node.operation === 'mutation')
        largest.mutationFields = Math.max(largest.mutationFields, counted.topButTypename);
    }
    return { ...largest, isCyclic: this.isCyclic };
  }

  private fragment(node: FragmentDefinitionNode): Expanded {
    const counted = this.expanded.get(node);
    if (counted !== undefined) return counted;
    if (this.expanded.has(node)) {
      this.isCyclic = true;
      return NOTHING;
    }
    this.expanded.set(node, undefined);
    const expanded = this.selectionSet(node.selectionSet);
    this.expanded.set(node, expanded);
    return expanded;
  }

  private selectionSet({ selections }: SelectionSetNode): Expanded {
    const sum = { ...NOTHING };
    for (const selection of selections) {
      const counted = this.selection(selection);
      sum.depth = Math.max(sum.depth, counted.depth);
      sum.fields += counted.fields;
      sum.aliases += counted.aliases;
      sum.top += counted.top;
      sum.topButTypename += counted.topButTypename;
    }
    return sum;
  }

  private selection(node: SelectionNode): Expanded {
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = this.fragments.get(node.name.value);
      return fragment === undefined ? NOTHING : this.fragment(fragment);
    }
    const within = node.selectionSet === undefined ? NOTHING : this.selectionSet(node.selectionSet);
    if (node.kind === Kind.INLINE_FRAGMENT) return { ...within, depth: within.depth + 1 };
    return {
      depth: within.depth + 1,
      fields: within.fields + 1,
      aliases: within.aliases + (node.alias === undefined ? 0 : 1),
      top: 1,
      topButTypename: node.name.value === '__typename' ? 0 : 1,
    };
  }
}
