import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { REQUEST_LIMITS } from './limits.ts';
import { argumentOf, sizeAskedFor } from './list-size.ts';
import type { SchemaCosts } from './schema-costs.ts';

export interface OperationCost {
  /** As in Apollo Federation's demand control: an object weighs 1 and a scalar 0 unless `@cost` differs, times the list size. */
  cost: number;
  /** All values of the answer, including the scalars and `__typename`s that the cost ignores. */
  values: number;
  /** References that are answered in all `_entities` fields. */
  representations: number;
  /** References that name no entity of this subgraph. */
  strays: number;
}

export interface CostInput {
  operation: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Includes the operation's defaults. */
  variables: Readonly<Record<string, unknown>>;
}

/** Lists whose size the parent field gives (`sizedFields`). */
interface Sized {
  fields: readonly string[];
  size: number;
}

const NOTHING: OperationCost = { cost: 0, values: 0, representations: 0, strays: 0 };
const TYPENAME: OperationCost = { ...NOTHING, values: 1 };
/** A mutation's own cost by the specification, without its answer. */
const MUTATION = 10;

/**
 * Returns the most that an operation of a valid document can cost: ignores `@skip` and `@include`, and counts fields that would
 * merge one by one. Visits each fragment once.
 */
export function costOf(schema: SchemaCosts, input: CostInput): OperationCost {
  return new CostCounter(schema, input).count();
}

class CostCounter {
  private readonly expanded = new Map<string, OperationCost>();

  constructor(
    private readonly schema: SchemaCosts,
    private readonly input: CostInput,
  ) {}

  count(): OperationCost {
    const { operation } = this.input;
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
    const fragment = this.input.fragments.get(name);
    if (fragment === undefined) return NOTHING;
    const cost = this.selectionSet(fragment.selectionSet, fragment.typeCondition.name.value, sized);
    this.expanded.set(key, cost);
    return cost;
  }

  private field(node: FieldNode, parent: string | undefined, sized: Sized | undefined): OperationCost {
    const name = node.name.value;
    const field = parent === undefined ? undefined : this.schema.types.get(parent)?.get(name);
    if (field === undefined) return TYPENAME;
    const size = sizeAskedFor(field.slicingArguments, node, this.input.variables) ?? field.assumedSize;
    const references = name === '_entities' ? this.referencesOf(node) : [];
    const answered = Math.min(references.length, REQUEST_LIMITS.representations);
    const below = field.sizedFields && { fields: field.sizedFields, size };
    const within = node.selectionSet === undefined ? NOTHING : this.selectionSet(node.selectionSet, field.type, below);
    const listSize = sized?.fields.includes(name) ? sized.size : size;
    const times = name === '_entities' ? answered : field.isList ? listSize : 1;
    return {
      cost: times * (field.weight + within.cost),
      values: times * (1 + within.values),
      representations: answered + within.representations,
      strays: references.filter((each) => !this.isEntity(each)).length + within.strays,
    };
  }

  /** Variables are not coerced yet: a single reference stands for a list of one. */
  private referencesOf(node: FieldNode): readonly unknown[] {
    const value = argumentOf(node, 'representations', this.input.variables);
    return Array.isArray(value) ? value : [value];
  }

  private isEntity(reference: unknown): boolean {
    if (typeof reference !== 'object' || reference === null || !('__typename' in reference)) return false;
    return typeof reference.__typename === 'string' && this.schema.entities.has(reference.__typename);
  }
}
