import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLNamedOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isIntrospectionType,
  isListType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { UNKNOWN_LIST_SIZE } from './limits.ts';
import { argumentOf, declaredSizeOf, declaredWeightOf, sizeAskedFor } from './list-size.ts';

export interface OperationCost {
  /** As in Apollo Federation's demand control: objects weigh 1 and scalars 0 unless `@cost` says otherwise, lists count by size. */
  cost: number;
  /** All that the answer may hold, with the scalars and `__typename`s that the cost does not see. */
  values: number;
  /** References of all `_entities`. */
  representations: number;
  /** Those of them that name no entity of ours. */
  strays: number;
}

export interface Asked {
  operation: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Defaults of the operation included. */
  variables: Readonly<Record<string, unknown>>;
}

/** Lists that the field above has sized (`sizedFields`). */
interface Sized {
  fields: readonly string[];
  size: number;
}

const NOTHING: OperationCost = { cost: 0, values: 0, representations: 0, strays: 0 };
const TYPENAME: OperationCost = { ...NOTHING, values: 1 };
/** The specification's: what a mutation costs before anything of its answer is read. */
const MUTATION = 10;

/**
 * What an operation of a valid document costs at most: all of it counts, whatever `@skip` and `@include` say, and fields that
 * would merge count each. One pass: a fragment is counted once and remembered.
 */
export function costOf(schema: GraphQLSchema, asked: Asked): OperationCost {
  return new CostCounter(schema, asked).count();
}

class CostCounter {
  private readonly expanded = new Map<string, OperationCost>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly asked: Asked,
  ) {}

  count(): OperationCost {
    const { operation } = this.asked;
    const root = this.schema.getRootType(operation.operation) ?? undefined;
    const sum = this.selectionSet(operation.selectionSet, root);
    return operation.operation === 'mutation' ? { ...sum, cost: sum.cost + MUTATION } : sum;
  }

  private selectionSet({ selections }: SelectionSetNode, parent?: GraphQLCompositeType, sized?: Sized): OperationCost {
    const sum = { ...NOTHING };
    for (const node of selections) {
      const counted =
        node.kind === Kind.FIELD
          ? this.field(node, parent, sized)
          : node.kind === Kind.FRAGMENT_SPREAD
            ? this.fragment(node.name.value, sized)
            : this.selectionSet(node.selectionSet, this.type(node.typeCondition?.name.value) ?? parent, sized);
      sum.cost += counted.cost;
      sum.values += counted.values;
      sum.representations += counted.representations;
      sum.strays += counted.strays;
    }
    return sum;
  }

  private fragment(name: string, sized: Sized | undefined): OperationCost {
    const key = sized === undefined ? name : `${name} ${sized.size} ${sized.fields}`;
    const known = this.expanded.get(key);
    if (known !== undefined) return known;
    const fragment = this.asked.fragments.get(name);
    if (fragment === undefined) return NOTHING;
    const counted = this.selectionSet(fragment.selectionSet, this.type(fragment.typeCondition.name.value), sized);
    this.expanded.set(key, counted);
    return counted;
  }

  private field(node: FieldNode, parent: GraphQLCompositeType | undefined, sized: Sized | undefined): OperationCost {
    const field = this.definition(node.name.value, parent);
    if (field === undefined) return TYPENAME;
    const type = getNamedType(field.type);
    const declared = declaredSizeOf(field);
    const asked = sizeAskedFor(declared, node, this.asked.variables) ?? declared?.assumedSize ?? UNKNOWN_LIST_SIZE;
    const references = node.name.value === '_entities' ? this.referencesOf(node) : [];
    const size = () => {
      if (!isListType(getNullableType(field.type))) return 1;
      if (node.name.value === '_entities') return references.length;
      return sized?.fields.includes(node.name.value) ? sized.size : asked;
    };
    const below = declared && { fields: declared.sizedFields, size: asked };
    const within =
      node.selectionSet && isCompositeType(type) ? this.selectionSet(node.selectionSet, type, below) : NOTHING;
    const times = size();
    return {
      cost: times * (weightOf(field.astNode, type) + within.cost),
      values: times * (1 + within.values),
      representations: references.length + within.representations,
      strays: references.filter((each) => !this.isEntity(each)).length + within.strays,
    };
  }

  /** Those of a variable are not coerced yet: a single one that is not in a list is a list of one. */
  private referencesOf(node: FieldNode): readonly unknown[] {
    const given = argumentOf(node, 'representations', this.asked.variables);
    return Array.isArray(given) ? given : [given];
  }

  private isEntity(reference: unknown): boolean {
    const entity = this.schema.getType('_Entity');
    if (!isUnionType(entity) || typeof reference !== 'object' || reference === null) return false;
    return '__typename' in reference && entity.getTypes().some(({ name }) => name === reference.__typename);
  }

  private definition(name: string, parent: GraphQLCompositeType | undefined) {
    if (parent !== undefined && 'getFields' in parent && name in parent.getFields()) return parent.getFields()[name];
    return [SchemaMetaFieldDef, TypeMetaFieldDef].find((field) => field.name === name);
  }

  private type(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }
}

/** Introspection is none of the specification's cost: its answers are counted by their values. */
function weightOf(field: Parameters<typeof declaredWeightOf>[0], type: GraphQLNamedOutputType): number {
  const usual = isCompositeType(type) && !isIntrospectionType(type) ? 1 : 0;
  return declaredWeightOf(field) ?? declaredWeightOf(type.astNode) ?? usual;
}
