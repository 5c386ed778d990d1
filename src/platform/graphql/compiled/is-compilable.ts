import {
  BREAK,
  type DocumentNode,
  type GraphQLSchema,
  isEnumType,
  isInputType,
  Kind,
  type OperationDefinitionNode,
  type TypeNode,
  visit,
} from 'graphql';

/** graphql-jit coerces variables of these scalars as graphql-js does. Neither changes `_Any`. */
const COERCED_ALIKE = new Set(['ID', 'Int', 'String', 'Boolean', '_Any']);
/** Compiling a larger document costs more than it saves. */
const MAX_FIELDS = 300;
/** graphql-jit stores variables in plain objects, which inherit these members. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * Returns true if the compiled form of a valid operation answers as graphql-js does and cannot run code of the caller.
 * graphql-jit 0.8.9 differs from graphql-js in each of these, so graphql-js answers such a document:
 *
 * - a literal: it stands in the function's source, where text that begins with `__MAGIC_DATE__` becomes code. A variable within
 *   a literal is lost or null (https://github.com/zalando-incubator/graphql-jit/issues/91, /230, /266). So every argument's
 *   value is a variable, without a default, which would be a literal in the source too.
 * - a directive: the conditions of a fragment that is spread twice mix, because the document's nodes hold them (/111, /166).
 * - a name that begins with `__`, as the function's own names do, or that every object inherits, such as `toString`.
 * - a mutation or introspection, which are rare.
 *
 * For an absent argument or variable, both use the schema's default.
 */
export function isCompilable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): boolean {
  if (operation.operation !== 'query') return false;
  let fields = 0;
  let compilable = true;
  const refuse = () => {
    compilable = false;
    return BREAK;
  };
  visit(document, {
    Directive: refuse,
    Argument: ({ value }) => (value.kind === Kind.VARIABLE ? undefined : refuse()),
    VariableDefinition: ({ type, defaultValue }) =>
      defaultValue === undefined && isCoercedAlike(schema, type) ? undefined : refuse(),
    Name: ({ value }) => (isPlainName(value) ? undefined : refuse()),
    Field() {
      fields += 1;
      return fields > MAX_FIELDS ? refuse() : undefined;
    },
  });
  return compilable;
}

function isPlainName(name: string): boolean {
  return name === '__typename' || !(name.startsWith('__') || INHERITED.has(name));
}

function isCoercedAlike(schema: GraphQLSchema, node: TypeNode): boolean {
  if (node.kind !== Kind.NAMED_TYPE) return isCoercedAlike(schema, node.type);
  const type = schema.getType(node.name.value);
  return COERCED_ALIKE.has(node.name.value) || (isInputType(type) && isEnumType(type));
}
