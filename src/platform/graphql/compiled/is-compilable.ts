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

/** graphql-jit coerces variables of these scalars as graphql-js does; it passes `_Any` through as it is, which is what `_Any` does. */
const COERCED_ALIKE = new Set(['ID', 'Int', 'String', 'Boolean', '_Any']);
/** A larger document takes longer to compile than compiling it can save. */
const MAX_FIELDS = 300;
/** graphql-jit keeps variables in plain objects, which have these members before anybody sets them. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * Whether the compiled form of a valid operation answers as graphql-js does, and cannot run code that a caller wrote.
 * graphql-jit 0.8.9 differs from graphql-js in each of these, so the document is left to graphql-js:
 *
 * - a literal. It is written into the function's source, where a text or a name that begins with `__MAGIC_DATE__` becomes code. A
 *   variable within a literal is lost or null, and an object of a custom scalar becomes text
 *   (https://github.com/zalando-incubator/graphql-jit/issues/91, /230, /266). So the value of every argument is a variable.
 * - a default of a variable, which is a literal in the source too.
 * - a directive. Its condition is kept on the document's nodes, where those of a fragment that is spread twice run together
 *   (/111, /166).
 * - a name that begins with `__`, as the function's own do, or that every object has: a variable `toString` seems to be sent always.
 * - a mutation, or introspection, which are rare.
 *
 * An argument that is left out and a variable that is not sent take the default of the schema in both.
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
