import {
  type ArgumentNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
  type ValueNode,
} from 'graphql';

/** Of a selection, every fragment in the place of its spread. */
interface Expanded {
  /** Levels of fields and inline fragments. */
  depth: number;
  fields: number;
  aliases: number;
  /** Fields at its top; those that are not `__typename`. */
  top: number;
  topButTypename: number;
}

const NOTHING: Expanded = { depth: 0, fields: 0, aliases: 0, top: 0, topButTypename: 0 };

/** The largest of each, over all operations and fragments of a document, whether or not they are used. */
export interface DocumentShape extends Omit<Expanded, 'top' | 'topButTypename'> {
  operations: number;
  fragments: number;
  /** A fragment contains itself: what it expands to has no end, and is not counted. */
  isCyclic: boolean;
  /** As they are called in the answer, as they stand in the text: validation compares these in pairs. */
  fieldsOfOneName: number;
  rootFields: number;
  mutationFields: number;
  directives: number;
  directivesAtOnePlace: number;
  variables: number;
  valueNesting: number;
  nameLength: number;
}

/**
 * Counts a document in one pass, before it is validated: a fragment is counted once and remembered, so that twenty fragments
 * which double each other cost twenty steps and not a million. Numbers are floats: what is too large for them to be exact is
 * too large anyway, and no count reaches Infinity with the fragments that the limits allow.
 */
export function shapeOf(document: DocumentNode): DocumentShape {
  return new ShapeCounter(document).count();
}

class ShapeCounter {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** undefined: being counted now, so that whoever spreads it is part of it. */
  private readonly expanded = new Map<FragmentDefinitionNode, Expanded | undefined>();
  private readonly named = new Map<string, number>();
  private readonly shape: DocumentShape = {
    operations: 0,
    fragments: 0,
    isCyclic: false,
    depth: 0,
    fields: 0,
    aliases: 0,
    fieldsOfOneName: 0,
    rootFields: 0,
    mutationFields: 0,
    directives: 0,
    directivesAtOnePlace: 0,
    variables: 0,
    valueNesting: 0,
    nameLength: 0,
  };

  constructor(private readonly document: DocumentNode) {
    const named = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(named.map((node) => [node.name.value, node]));
  }

  count(): DocumentShape {
    for (const definition of this.document.definitions) this.definition(definition);
    return this.shape;
  }

  private definition(node: DefinitionNode): void {
    // Types and such: validation refuses them.
    if (node.kind !== Kind.OPERATION_DEFINITION && node.kind !== Kind.FRAGMENT_DEFINITION) return;
    const counted = node.kind === Kind.OPERATION_DEFINITION ? this.operation(node) : this.fragment(node);
    this.raise('depth', counted.depth);
    this.raise('fields', counted.fields);
    this.raise('aliases', counted.aliases);
  }

  private operation(node: OperationDefinitionNode): Expanded {
    const { variableDefinitions = [] } = node;
    this.shape.operations += 1;
    this.name(node.name);
    this.directives(node.directives);
    this.raise('variables', variableDefinitions.length);
    for (const { variable, type, defaultValue, directives } of variableDefinitions) {
      this.name(variable.name);
      this.type(type, 0);
      this.directives(directives);
      if (defaultValue !== undefined) this.value(defaultValue, 0);
    }
    const counted = this.selectionSet(node.selectionSet);
    this.raise('rootFields', counted.top);
    if (node.operation === 'mutation') this.raise('mutationFields', counted.topButTypename);
    return counted;
  }

  private fragment(node: FragmentDefinitionNode): Expanded {
    if (this.expanded.has(node)) {
      const known = this.expanded.get(node);
      if (known === undefined) this.shape.isCyclic = true;
      return known ?? NOTHING;
    }
    this.expanded.set(node, undefined);
    this.shape.fragments += 1;
    this.name(node.name);
    this.directives(node.directives);
    const counted = this.selectionSet(node.selectionSet);
    this.expanded.set(node, counted);
    return counted;
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
    this.directives(node.directives);
    if (node.kind === Kind.INLINE_FRAGMENT) {
      this.name(node.typeCondition?.name);
      const within = this.selectionSet(node.selectionSet);
      return { ...within, depth: within.depth + 1 };
    }
    this.name(node.name);
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = this.fragments.get(node.name.value);
      return fragment === undefined ? NOTHING : this.fragment(fragment);
    }
    this.name(node.alias);
    this.arguments(node.arguments);
    const called = (node.alias ?? node.name).value;
    const sameName = (this.named.get(called) ?? 0) + 1;
    this.named.set(called, sameName);
    this.raise('fieldsOfOneName', sameName);
    const within = node.selectionSet === undefined ? NOTHING : this.selectionSet(node.selectionSet);
    return {
      depth: within.depth + 1,
      fields: within.fields + 1,
      aliases: within.aliases + (node.alias === undefined ? 0 : 1),
      top: 1,
      topButTypename: node.name.value === '__typename' ? 0 : 1,
    };
  }

  private directives(nodes: readonly DirectiveNode[] = []): void {
    this.shape.directives += nodes.length;
    this.raise('directivesAtOnePlace', nodes.length);
    for (const node of nodes) {
      this.name(node.name);
      this.arguments(node.arguments);
    }
  }

  private arguments(nodes: readonly ArgumentNode[] = []): void {
    for (const { name, value } of nodes) {
      this.name(name);
      this.value(value, 0);
    }
  }

  private value(node: ValueNode, nesting: number): void {
    this.raise('valueNesting', nesting);
    if (node.kind === Kind.VARIABLE) this.name(node.name);
    if (node.kind === Kind.LIST) for (const element of node.values) this.value(element, nesting + 1);
    if (node.kind !== Kind.OBJECT) return;
    for (const field of node.fields) {
      this.name(field.name);
      this.value(field.value, nesting + 1);
    }
  }

  private type(node: TypeNode, nesting: number): void {
    this.raise('valueNesting', nesting);
    if (node.kind === Kind.NAMED_TYPE) this.name(node.name);
    else this.type(node.type, node.kind === Kind.LIST_TYPE ? nesting + 1 : nesting);
  }

  private name(node: NameNode | undefined): void {
    if (node !== undefined) this.raise('nameLength', node.value.length);
  }

  private raise(count: Exclude<keyof DocumentShape, 'isCyclic'>, value: number): void {
    if (value > this.shape[count]) this.shape[count] = value;
  }
}
