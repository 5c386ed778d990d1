import {
  type ConstDirectiveNode,
  type GraphQLArgument,
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
  /** The name of the field's type, without lists. */
  type: string;
  isList: boolean;
  /** The cost of each object or value in its answer. */
  weight: number;
  /** The length of its list, or of the lists that it sizes, if no argument gives one. */
  assumedSize: number;
  slicingArguments: readonly string[];
  /** Lists below the field whose length its arguments give; undefined if it has no `@listSize`. */
  sizedFields: readonly string[] | undefined;
}

/** The costs of every field of a schema. */
export interface SchemaCosts {
  /** The root type by the kind of operation. */
  roots: ReadonlyMap<OperationTypeNode, string | undefined>;
  /** Costs by type and field, for every type that has fields. */
  types: ReadonlyMap<string, ReadonlyMap<string, FieldCost>>;
  /** The types that a representation may name. */
  entities: ReadonlySet<string>;
}

/** Reads the schema's directives once, because every request counts its operation. */
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

function costOfField({ type, args, astNode }: GraphQLField<unknown, unknown>): FieldCost {
  const named = getNamedType(type);
  // The specification does not count introspection. The limit on an answer's values does.
  const usual = isCompositeType(named) && !isIntrospectionType(named) ? 1 : 0;
  const size = argumentsOf(astNode, 'listSize') as Partial<FieldCost> | undefined;
  const weight = argumentsOf(astNode, 'cost') ?? argumentsOf(named.astNode, 'cost');
  return {
    type: named.name,
    isList: isListType(getNullableType(type)),
    weight: (weight?.['weight'] as number | undefined) ?? usual,
    assumedSize: size?.assumedSize ?? defaultSizeOf(args, size?.slicingArguments) ?? UNKNOWN_LIST_SIZE,
    slicingArguments: size?.slicingArguments ?? [],
    sizedFields: size && (size.sizedFields ?? []),
  };
}

/** Returns the largest default of the slicing arguments; undefined if none has one. */
function defaultSizeOf(args: readonly GraphQLArgument[], slicingArguments: readonly string[] = []): number | undefined {
  const sizes = args
    .filter(({ name }) => slicingArguments.includes(name))
    .map(({ defaultValue }) => defaultValue)
    .filter((size): size is number => typeof size === 'number');
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

type Declares = { readonly directives?: readonly ConstDirectiveNode[] } | null | undefined;

/** Returns the arguments of a directive in the SDL; undefined if the node lacks the directive. */
function argumentsOf(node: Declares, directive: string): Record<string, unknown> | undefined {
  const match = node?.directives?.find(({ name }) => name.value === directive);
  return (
    match &&
    Object.fromEntries((match.arguments ?? []).map((each) => [each.name.value, valueFromASTUntyped(each.value)]))
  );
}
