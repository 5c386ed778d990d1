import {
  type DirectiveNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  visit,
} from 'graphql';

/** The directives of federation that came after 2.3. */
const AFTER_2_3 = ['authenticated', 'requiresScopes', 'cost', 'listSize'];
/** Its link and its definition go with it. */
const CLIENTS_OWN = 'semanticNonNull';

/** Returns the SDL without the declarations of scopes. The service enforces its scopes all the same. */
export const openVariant = (sdl: string): string => without(sdl, ['authenticated', 'requiresScopes']);

/** Returns the SDL for composers and gateways of federation 2.3, without what they do not know. */
export function variant23(sdl: string): string {
  return without(sdl, [...AFTER_2_3, 'composeDirective', CLIENTS_OWN]).replace(
    '/federation/v2.9"',
    '/federation/v2.3"',
  );
}

/** The directives of ours that federation 1 knows. */
const IN_FEDERATION_1 = ['key', 'deprecated'];
/** Federation 1 has an owner for each of these, which is never us. */
const OWNED_BY_OTHERS = ['Query', 'Mutation', 'Organization'];

/**
 * Returns the SDL for gateways of federation 1, which know no `@link`: it extends what others own, and marks their key as theirs. It has
 * no subscriptions: gateways of federation 1 carry none over event streams.
 */
export function variant1(sdl: string): string {
  const stripped = visit(parse(sdl), {
    // The roots have their usual names, and Grafbase's composer knows no root that is an extension.
    SchemaDefinition: () => null,
    SchemaExtension: () => null,
    DirectiveDefinition: () => null,
    Directive: ({ name }) => (IN_FEDERATION_1.includes(name.value) ? undefined : null),
    ObjectTypeDefinition: {
      enter: ({ name }) => (name.value === 'Subscription' ? null : undefined),
      leave: ({ description: _, ...type }) =>
        OWNED_BY_OTHERS.includes(type.name.value)
          ? { ...type, kind: Kind.OBJECT_TYPE_EXTENSION, fields: type.fields?.map(keyOfOthers(type)) }
          : undefined,
    },
  });
  return `${print(stripped)}\n`;
}

/** Marks the field `id` of a type with a key as external. */
const keyOfOthers = (type: ObjectTypeDefinitionNode) => (field: FieldDefinitionNode) =>
  type.directives?.length && field.name.value === 'id' ? { ...field, directives: [EXTERNAL] } : field;

const EXTERNAL = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'external' } } as const;

/** Removes directives by name: their uses, their imports, their definitions, and a link that imports nothing else. */
function without(sdl: string, names: readonly string[]): string {
  const stripped = visit(parse(sdl), {
    DirectiveDefinition: ({ name }) => (names.includes(name.value) ? null : undefined),
    Directive: {
      enter: ({ name }) => (names.includes(name.value) ? null : undefined),
      leave: (node) => (node.name.value === 'link' ? withoutImports(node, names) : undefined),
    },
  });
  return `${print(stripped)}\n`;
}

function withoutImports(link: DirectiveNode, names: readonly string[]): DirectiveNode | null {
  const args = (link.arguments ?? []).map((argument) => {
    if (argument.value.kind !== Kind.LIST) return argument;
    const values = argument.value.values.filter(
      (value) => value.kind !== Kind.STRING || !names.includes(value.value.replace('@', '')),
    );
    return { ...argument, value: { ...argument.value, values } };
  });
  const importsNothing = args.some(({ value }) => value.kind === Kind.LIST && value.values.length === 0);
  return importsNothing ? null : { ...link, arguments: args };
}
