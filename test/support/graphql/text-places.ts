import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/** An operation whose variables hold a text in one place that takes one. */
export interface TextPlace {
  /** E.g. `Query.topupOrder(id)` or `Mutation.confirmOrder(input.orderId)`. */
  place: string;
  operation: (text: string) => { query: string; variables: Record<string, unknown> };
}

type Input = GraphQLArgument | GraphQLInputField;
/** Values of the required arguments and members, by name. */
type Given = Readonly<Record<string, unknown>>;
type WithText = (text: string) => unknown;

/**
 * Returns an operation for each argument, and each member of an input, that takes a String or an ID, on `Query`, `Mutation` and
 * `Organization`. Lists get one item.
 */
export function textPlaces(schema: GraphQLSchema, given: Given): TextPlace[] {
  return ['Query', 'Mutation', 'Organization'].flatMap((typeName) => {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`${typeName} is no type of the schema`);
    return Object.values(type.getFields()).flatMap((field) =>
      field.args.flatMap((arg) =>
        pathsIn(arg, given).map(({ path, value }) => ({
          place: `${typeName}.${field.name}(${path})`,
          operation: operationOf(typeName, field, { arg, value, given }),
        })),
      ),
    );
  });
}

function operationOf(
  typeName: string,
  field: GraphQLField<unknown, unknown>,
  { arg, value, given }: { arg: Input; value: WithText; given: Given },
): TextPlace['operation'] {
  const others = field.args.filter((each) => each !== arg && isNonNullType(each.type));
  const args = [arg, ...others];
  const declared = args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const passed = args.map(({ name }) => `${name}: $${name}`).join(', ');
  const selected = `${field.name}(${passed})${isObjectType(getNamedType(field.type)) ? ' { __typename }' : ''}`;
  const nested = typeName === 'Organization' ? `topupOrganization { ${selected} }` : selected;
  const query = `${typeName === 'Mutation' ? 'mutation' : 'query'} (${declared}) { ${nested} }`;
  return (text) => ({ query, variables: { ...valuesOf(others, given), [arg.name]: value(text) } });
}

function pathsIn(input: Input, given: Given): { path: string; value: WithText }[] {
  const type = withoutNull(input.type);
  const item = isListType(type) ? withoutNull(type.ofType) : type;
  const wrap = (value: unknown) => (isListType(type) ? [value] : value);
  if (['String', 'ID'].includes(item.toString())) return [{ path: input.name, value: wrap }];
  if (!isInputObjectType(item)) return [];
  const members = Object.values(item.getFields());
  const required = valuesOf(
    members.filter((member) => isNonNullType(member.type)),
    given,
  );
  return members.flatMap((member) =>
    pathsIn(member, given).map(({ path, value }) => ({
      path: `${input.name}.${path}`,
      value: (text: string) => wrap({ ...required, [member.name]: value(text) }),
    })),
  );
}

const withoutNull = (type: GraphQLInputType): GraphQLInputType => (isNonNullType(type) ? type.ofType : type);

function valuesOf(inputs: readonly Input[], given: Given): Record<string, unknown> {
  const missing = inputs.filter(({ name }) => !(name in given)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`give values for ${missing.join(', ')}`);
  return Object.fromEntries(inputs.map(({ name }) => [name, given[name]]));
}
