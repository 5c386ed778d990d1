import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  print,
  type TypeDefinitionNode,
} from 'graphql';

/** The facts of a schema that a consumer relies on, one line each, so that a missing or changed one is readable. */
export function factsOf(sdl: string): string[] {
  return typesOf(sdl).flatMap((type) => [
    `${type.kind} ${type.name.value}`,
    ...directives(type.name.value, type.directives),
    ...membersOf(type),
  ]);
}

/** Arguments and input fields that a consumer has to send, as paths. */
export function requiredInputsOf(sdl: string): string[] {
  const required = (path: string, inputs: readonly InputValueDefinitionNode[]) =>
    inputs
      .filter(({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined)
      .map(({ name }) => `${path}.${name.value}`);
  return typesOf(sdl).flatMap((type) => {
    if (type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) return required(type.name.value, type.fields ?? []);
    return fieldsOf(type).flatMap((field) => required(`${type.name.value}.${field.name.value}`, field.arguments ?? []));
  });
}

/** Paths of all elements without a description. */
export function undescribedIn(sdl: string): string[] {
  return typesOf(sdl).flatMap((type) => {
    const name = type.name.value;
    const members = [
      { path: name, node: type },
      ...fieldsOf(type).flatMap((field) => [
        { path: `${name}.${field.name.value}`, node: field },
        ...(field.arguments ?? []).map((arg) => ({
          path: `${name}.${field.name.value}(${arg.name.value})`,
          node: arg,
        })),
      ]),
      ...inputFieldsOf(type).map((field) => ({ path: `${name}.${field.name.value}`, node: field })),
      ...valuesOf(type).map((value) => ({ path: `${name}.${value.name.value}`, node: value })),
    ];
    return members.filter(({ node }) => (node.description?.value.trim() ?? '') === '').map(({ path }) => path);
  });
}

const isType = (node: DefinitionNode): node is TypeDefinitionNode => node.kind.endsWith('TypeDefinition');

function typesOf(sdl: string): TypeDefinitionNode[] {
  return parse(sdl).definitions.filter(isType);
}

function fieldsOf(type: TypeDefinitionNode): readonly FieldDefinitionNode[] {
  return type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION
    ? (type.fields ?? [])
    : [];
}

const inputFieldsOf = (type: TypeDefinitionNode) =>
  type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ? (type.fields ?? []) : [];

const valuesOf = (type: TypeDefinitionNode) => (type.kind === Kind.ENUM_TYPE_DEFINITION ? (type.values ?? []) : []);

function membersOf(type: TypeDefinitionNode): string[] {
  const name = type.name.value;
  return [
    ...fieldsOf(type).flatMap((field) => {
      const path = `${name}.${field.name.value}`;
      const args = (field.arguments ?? []).map((arg) => `${path}(${inputFact(arg)})`);
      return [`${path}: ${print(field.type)}`, ...args, ...directives(path, field.directives)];
    }),
    ...inputFieldsOf(type).map((field) => `${name}.${inputFact(field)}`),
    ...valuesOf(type).map((value) => `${name}.${value.name.value}`),
  ];
}

function inputFact({ name, type, defaultValue }: InputValueDefinitionNode): string {
  return `${name.value}: ${print(type)}${defaultValue === undefined ? '' : ` = ${print(defaultValue)}`}`;
}

function directives(path: string, nodes: readonly ConstDirectiveNode[] = []): string[] {
  return nodes.map((node) => `${path} ${print(node)}`);
}
