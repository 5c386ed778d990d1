import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { argumentOf, sizeAskedFor } from './list-size.ts';
import type { SchemaCosts } from './schema-costs.ts';

export interface OperationCost {
  /** As in Apollo Federation's demand control: objects weigh 1 and scalars 0 unless `@cost` says otherwise, lists count by size. */
  cost: number;
  /** All values that the answer may hold, with the scalars and `__typename`s that the cost ignores. */
  values: number;
  /** References in all `_entities`. */
  representations: number;
  /** References that name no entity of ours. */
  strays: number;
}

export interface Asked {
  operation: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Defaults of the operation included. */
  variables: Readonly<Record<string, unknown>>;
}

/** Lists whose size the field above says (`sizedFields`). */
interface Sized {
  fields: readonly string[];
  size: number;
}

const NOTHING: OperationCost = { cost: 0, values: 0, representations: 0, strays: 0 };
const TYPENAME: OperationCost = { ...NOTHING, values: 1 };
/** A mutation's own cost, by the specification, before any of its answer is read. */
const MUTATION = 10;

/**
 * The most that an operation of a valid document can cost: all of it counts, whatever `@skip` and `@include` say, and fields that
 * would merge count each. One pass: each fragment is counted once.
 */
export function costOf(schema: SchemaCosts, asked: Asked): OperationCost {
  return new CostCounter(schema, asked).count();
}

class CostCounter {
  private readonly expanded = new Map<string, OperationCost>();

  constructor(
    private readonly schema: SchemaCosts,
    private readonly asked: Asked,
  ) {}

  count(): OperationCost {
    const { operation } = this.asked;
    const sum = this.selectionSet(operation.selectionSet, this.schema.roots.get(operation.operation));
    return operation.operation === 'mutation' ? { ...sum, cost: sum.cost + MUTATION } : sum;
  }

  private selectionSet({ selections }: SelectionSetNode, parent?: string, sized?: Sized): OperationCost {
    const sum = { ...NOTHING };
    for (const node of selections) {
      const counted = this.selection(node, parent, sized);
      sum.cost += counted.cost;
      sum.values += counted.values;
      sum.representations += counted.representations;
      sum.strays += counted.strays;
    }
    return sum;
  }

  private selection(node: SelectionNode, parent?: string, sized?: Sized): OperationCost {
    if (node.kind === Kind.FIELD) return this.field(node, parent, sized);
    if (node.kind === Kind.FRAGMENT_SPREAD) return this.fragment(node.name.value, sized);
    return this.selectionSet(node.selectionSet, node.typeCondition?.name.value ?? parent, sized);
  }

  private fragment(name: string, sized: Sized | undefined): OperationCost {
    const key = sized === undefined ? name : `${name} ${sized.size} ${sized.fields}`;
    const counted = this.expanded.get(key);
    if (counted !== undefined) return counted;
    const fragment = this.asked.fragments.get(name);
    if (fragment === undefined) return NOTHING;
    const cost = this.selectionSet(fragment.selectionSet, fragment.typeCondition.name.value, sized);
    this.expanded.set(key, cost);
    return cost;
  }

  private field(node: FieldNode, parent: string | undefined, sized: Sized | undefined): OperationCost {
    const name = node.name.value;
    const field = parent === undefined ? undefined : this.schema.types.get(parent)?.get(name);
    if (field === undefined) return TYPENAME;
    const size = sizeAskedFor(field.slicingArguments, node, this.asked.variables) ?? field.assumedSize;
    const references = name === '_entities' ? this.referencesOf(node) : [];
    const below = field.sizedFields && { fields: field.sizedFields, size };
    const within = node.selectionSet === undefined ? NOTHING : this.selectionSet(node.selectionSet, field.type, below);
    const listSize = sized?.fields.includes(name) ? sized.size : size;
    const times = name === '_entities' ? references.length : field.isList ? listSize : 1;
    return {
      cost: times * (field.weight + within.cost),
      values: times * (1 + within.values),
      representations: references.length + within.representations,
      strays: references.filter((each) => !this.isEntity(each)).length + within.strays,
    };
  }

  /** A variable is not coerced yet, so a single reference without a list is a list of one. */
  private referencesOf(node: FieldNode): readonly unknown[] {
    const given = argumentOf(node, 'representations', this.asked.variables);
    return Array.isArray(given) ? given : [given];
  }

  private isEntity(reference: unknown): boolean {
    if (typeof reference !== 'object' || reference === null || !('__typename' in reference)) return false;
    return typeof reference.__typename === 'string' && this.schema.entities.has(reference.__typename);
  }
}
