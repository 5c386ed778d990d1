import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The largest values over all operations and fragments, with every fragment in the place of its spread. */
export interface ExpandedShape {
  /** A fragment contains itself, so that what it expands to has no end and is not counted. */
  isCyclic: boolean;
  /** Levels of fields and inline fragments. */
  depth: number;
  fields: number;
  aliases: number;
  rootFields: number;
  /** Root fields of mutations, without `__typename`. */
  mutationFields: number;
}

/** A selection set. */
interface Expanded {
  depth: number;
  fields: number;
  aliases: number;
  /** Fields at its top, and those of them that are not `__typename`. */
  top: number;
  topButTypename: number;
}

const NOTHING: Expanded = { depth: 0, fields: 0, aliases: 0, top: 0, topButTypename: 0 };

/** Counts a document with every fragment in the place of its spread. Linear: see ExpandedCounter. */
export function expandedShapeOf(document: DocumentNode): ExpandedShape {
  return new ExpandedCounter(document).count();
}

/**
 * Counts each fragment once, so that twenty fragments which double each other cost twenty steps and not a million. Numbers are
 * floats: a count that is too large to be exact is too large anyway, and none reaches Infinity with the fragments that the limits
 * allow.
 */
class ExpandedCounter {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** undefined while a fragment is being counted: a spread of it that is met then lies within it. */
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
