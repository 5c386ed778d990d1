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

/**
 * What a string of a document may hold for it to be compiled: ids and cursors. The compiler (graphql-jit) writes a document's
 * values into code, and takes some strings for code (`__MAGIC_DATE__…`): without `__` and punctuation none of them is.
 */
const PLAIN = /^(?!.*__)[\w.:=-]{0,256}$/;
/** Of the scalars, those whose values it coerces as graphql-js does (compiled-documents.test.ts). */
const COERCED_ALIKE = new Set(['ID', 'Int', 'String', 'Boolean', '_Any']);
/** A larger one takes longer to compile than it will ever save. */
const MAX_FIELDS = 300;

/**
 * Whether compiling a valid operation gives what graphql-js would: queries of our own data, without directives (their conditions
 * are kept with the document, which is wrong for a fragment that is spread twice). What is left out is merely slower.
 */
export function isCompilable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): boolean {
  if (operation.operation !== 'query') return false;
  if (!(operation.variableDefinitions ?? []).every(({ type }) => isCoercedAlike(schema, type))) return false;
  let fields = 0;
  let compilable = true;
  const refuse = () => {
    compilable = false;
    return BREAK;
  };
  visit(document, {
    Directive: refuse,
    // What it writes an object's members with is a literal, in which this one is not a name like others.
    Name: ({ value }) => (value === '__proto__' ? refuse() : undefined),
    Field({ name }) {
      fields += 1;
      return fields > MAX_FIELDS || name.value === '__schema' || name.value === '__type' ? refuse() : undefined;
    },
    [Kind.STRING]: ({ value }) => (PLAIN.test(value) ? undefined : refuse()),
  });
  return compilable;
}

function isCoercedAlike(schema: GraphQLSchema, node: TypeNode): boolean {
  if (node.kind !== Kind.NAMED_TYPE) return isCoercedAlike(schema, node.type);
  const type = schema.getType(node.name.value);
  return COERCED_ALIKE.has(node.name.value) || (isInputType(type) && isEnumType(type));
}
