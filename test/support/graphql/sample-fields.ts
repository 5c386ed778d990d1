import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  valueFromASTUntyped,
} from 'graphql';

/** A field that declares its access, and a document that asks for it alone. */
export interface GuardedField {
  path: string;
  /** One of these lists of scopes is enough. */
  scopes: string[][];
  authenticated: boolean;
  /** True if the caller can ask for another organization than the token's. */
  takesOrganization: boolean;
  /** True if it must name one. */
  needsOrganization: boolean;
  /** `args`: values that replace the samples, or extend them; `organizationId` is the organization's, whatever its argument is called. */
  document(args?: Record<string, unknown>): string;
}

const ID = '00000000-0000-4000-8000-000000000000';

/** Every field of the schema with @authenticated or @requiresScopes, on the roots and on Organization. */
export function guardedFields(schema: GraphQLSchema): GuardedField[] {
  return ['Query', 'Mutation', 'Subscription', 'Organization'].flatMap((type) => {
    const object = schema.getType(type);
    const fields = object !== undefined && 'getFields' in object ? Object.values(object.getFields()) : [];
    return fields.flatMap((field) => guarded(type, field as GraphQLField<unknown, unknown>) ?? []);
  });
}

function guarded(type: string, field: GraphQLField<unknown, unknown>): GuardedField | undefined {
  const directives = field.astNode?.directives ?? [];
  const scopes = directives.find(({ name }) => name.value === 'requiresScopes')?.arguments?.[0];
  const authenticated = directives.some(({ name }) => name.value === 'authenticated');
  if (scopes === undefined && !authenticated) return undefined;
  return {
    path: `${type}.${field.name}`,
    scopes: scopes === undefined ? [] : (valueFromASTUntyped(scopes.value) as string[][]),
    authenticated,
    takesOrganization: organizationArg(field) !== undefined,
    needsOrganization: isNonNullType(organizationArg(field)?.type),
    document: (args = {}) => documentOf(type, field, args),
  };
}

function organizationArg({ args, type }: GraphQLField<unknown, unknown>) {
  const name = getNamedType(type).name === 'Organization' ? 'id' : 'organizationId';
  return args.find((arg) => arg.name === name);
}

function documentOf(type: string, field: GraphQLField<unknown, unknown>, values: Record<string, unknown>): string {
  const { name: organization = '', type: asked } = organizationArg(field) ?? {};
  const { organizationId = isNonNullType(asked) ? '1001' : undefined, ...others } = values;
  const given = { ...others, ...(organizationId !== undefined && { [organization]: organizationId }) };
  const args = field.args
    .filter((arg) => arg.name in given || isNonNullType(arg.type))
    .map((arg) => `${arg.name}: ${arg.name in given ? JSON.stringify(given[arg.name]) : sample(arg.type)}`);
  const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
  const call = `${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${selection}`;
  if (type !== 'Organization') return `${type.toLowerCase()} { ${call} }`;
  return `{ _entities(representations: [{ __typename: "Organization", id: "1001" }]) { ... on Organization { ${call} } } }`;
}

/** A valid literal of the type: an input object has its required fields only. */
function sample(type: GraphQLInputType): string {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return `[${sample(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return `{ ${required.map((field) => `${field.name}: ${sample(field.type)}`).join(', ')} }`;
  }
  return type.name === 'Int' ? '1' : type.name === 'Decimal' ? '"1"' : `"${ID}"`;
}
