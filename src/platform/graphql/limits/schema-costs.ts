import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isUnionType,
  OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql';
import { UNKNOWN_LIST_SIZE } from './limits.ts';

/** A field's cost as the schema declares it: its type, `@cost` and `@listSize`. */
export interface FieldCost {
  /** The name of its type, without lists. */
  type: string;
  isList: boolean;
  /** The cost of each object or value in its answer. */
  weight: number;
  /** Elements of its list, or of the lists that it sizes, unless an argument says how many. */
  assumedSize: number;
  slicingArguments: readonly string[];
  /** Lists below the field that are as long as its arguments say; undefined if it has no `@listSize`. */
  sizedFields: readonly string[] | undefined;
}

/** The facts of a schema from which operations are counted. */
export interface SchemaCosts {
  /** The root's type by the kind of operation. */
  roots: ReadonlyMap<OperationTypeNode, string | undefined>;
  /** By type and field, of every type that has fields. */
  types: ReadonlyMap<string, ReadonlyMap<string, FieldCost>>;
  /** The types that a representation may name. */
  entities: ReadonlySet<string>;
}

/** Reads the schema's directives once, because operations are counted for every request. */
export function costsOfSchema(schema: GraphQLSchema): SchemaCosts {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) || isInterfaceType(type));
  const entity = schema.getType('_Entity');
  const query = schema.getQueryType();
  return {
    roots: new Map(Object.values(OperationTypeNode).map((kind) => [kind, schema.getRootType(kind)?.name])),
    types: new Map(
      types.map((type) => {
        const fields = Object.values(type.getFields());
        if (type === query) fields.push(SchemaMetaFieldDef, TypeMetaFieldDef);
        return [type.name, new Map(fields.map((field) => [field.name, costOfField(field)]))];
      }),
    ),
    entities: new Set(isUnionType(entity) ? entity.getTypes().map(({ name }) => name) : []),
  };
}

function costOfField({ type, astNode }: GraphQLField<unknown, unknown>): FieldCost {
  const named = getNamedType(type);
  // The specification does not count introspection: the limit on an answer's values does.
  const usual = isCompositeType(named) && !isIntrospectionType(named) ? 1 : 0;
  const size = argumentsOf(astNode, 'listSize') as Partial<FieldCost> | undefined;
  const weight = argumentsOf(astNode, 'cost') ?? argumentsOf(named.astNode, 'cost');
  return {
    type: named.name,
    isList: isListType(getNullableType(type)),
    weight: (weight?.['weight'] as number | undefined) ?? usual,
    assumedSize: size?.assumedSize ?? UNKNOWN_LIST_SIZE,
    slicingArguments: size?.slicingArguments ?? [],
    sizedFields: size && (size.sizedFields ?? []),
  };
}

type Declares = { readonly directives?: readonly ConstDirectiveNode[] } | null | undefined;

/** The arguments of a directive in the SDL; undefined if the node has no such directive. */
function argumentsOf(node: Declares, directive: string): Record<string, unknown> | undefined {
  const found = node?.directives?.find(({ name }) => name.value === directive);
  return (
    found &&
    Object.fromEntries((found.arguments ?? []).map((each) => [each.name.value, valueFromASTUntyped(each.value)]))
  );
}
