import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

type Variables = Record<string, unknown>;

/** The form of each scalar in an answer, from its description. */
const SCALARS: Record<string, (value: unknown) => boolean> = {
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => Number.isInteger(value) && Math.abs(value as number) <= 2 ** 31,
  String: (value) => typeof value === 'string',
  ID: (value) => typeof value === 'string' && value !== '',
  Decimal: (value) => typeof value === 'string' && /^(0|[1-9]\d*)$/.test(value),
  SignedDecimal: (value) => typeof value === 'string' && /^(0|-?[1-9]\d*)$/.test(value),
  DateTime: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
  Date: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
  URL: (value) => typeof value === 'string' && URL.canParse(value),
};

/** The places where an answer's data does not fit the document, one line each. */
export function misfitsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Variables,
  data: unknown,
): string[] {
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const root = operation && schema.getRootType(operation.operation);
  if (operation === undefined || root == null) return ['there is no operation'];
  const fragments = new Map(
    document.definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return new Check(schema, fragments, variables).value(root, [operation.selectionSet], data, 'data');
}

class Check {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly variables: Variables,
  ) {}

  value(type: GraphQLOutputType, selections: SelectionSetNode[], value: unknown, path: string): string[] {
    if (isNonNullType(type)) {
      return value == null ? [`${path} is null`] : this.value(type.ofType, selections, value, path);
    }
    if (value === null) return [];
    if (isListType(type)) {
      if (!Array.isArray(value)) return [`${path} is no list`];
      return value.flatMap((item, index) => this.value(type.ofType, selections, item, `${path}.${index}`));
    }
    if (isEnumType(type)) {
      return type.getValues().some(({ name }) => name === value) ? [] : [`${path} is no ${type.name}`];
    }
    if (!isObjectType(type) && !isAbstractType(type)) {
      return SCALARS[type.name]?.(value) ? [] : [`${path} is no ${type.name}`];
    }
    if (typeof value !== 'object' || Array.isArray(value)) return [`${path} is no object`];
    return this.object(isObjectType(type) ? type.name : undefined, selections, value as Record<string, unknown>, path);
  }

  /** `name`: undefined when the answer itself names the type. */
  private object(
    name: string | undefined,
    selections: SelectionSetNode[],
    value: Record<string, unknown>,
    path: string,
  ) {
    const typename = name ?? String(value?.['__typename']);
    const type = this.schema.getType(typename);
    if (!isObjectType(type)) return [`${path} is of the type ${typename}`];
    const asked = new Map<string, { field: string; selections: SelectionSetNode[] }>();
    for (const selection of selections) this.collect(typename, selection, asked);
    const extra = Object.keys(value).filter((key) => !asked.has(key));
    const misfits = extra.map((key) => `${path}.${key} was not asked for`);
    for (const [key, { field, selections: inner }] of asked) {
      const at = `${path}.${key}`;
      if (!Object.hasOwn(value, key)) misfits.push(`${at} is missing`);
      else if (field === '__typename') misfits.push(...(value[key] === typename ? [] : [`${at} is no ${typename}`]));
      else {
        const declared = type.getFields()[field];
        misfits.push(...(declared ? this.value(declared.type, inner, value[key], at) : [`${at} is no field`]));
      }
    }
    return misfits;
  }

  private collect(
    typename: string,
    { selections }: SelectionSetNode,
    into: Map<string, { field: string; selections: SelectionSetNode[] }>,
  ): void {
    for (const node of selections) {
      const skipped = getDirectiveValues(GraphQLSkipDirective, node, this.variables)?.['if'] === true;
      const left = getDirectiveValues(GraphQLIncludeDirective, node, this.variables)?.['if'] === false;
      if (skipped || left) continue;
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        const known = into.get(key) ?? { field: node.name.value, selections: [] };
        if (node.selectionSet) known.selections.push(node.selectionSet);
        into.set(key, known);
        continue;
      }
      const part = node.kind === Kind.INLINE_FRAGMENT ? node : this.fragments.get(node.name.value);
      const on = part?.typeCondition?.name.value ?? typename;
      if (part && on === typename) this.collect(typename, part.selectionSet, into);
    }
  }
}
