import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError, isValueNode } from 'graphql';

/** The code of every error that nobody meant for the caller. */
export const MASKED = 'INTERNAL_SERVER_ERROR';
const MASK = 'Something went wrong on our side. Name the correlationId when you report it.';

/** The code that a caller sees (docs/errors.md 2). MASKED is a fault of ours: it is logged, and its message is not answered. */
export function codeOf(error: unknown): string {
  const original = unwrapResolverError(error);
  if (!(original instanceof GraphQLError)) return MASKED;
  const { code } = original.extensions;
  if (code !== undefined) return String(code);
  return isOfAValue(original) ? 'BAD_USER_INPUT' : MASKED;
}

/** graphql-js's, of variables: it gives up after fifty errors. */
const TOO_MANY = 'Too many errors processing variables, error limit reached. Execution aborted.';

/**
 * graphql-js gives no code to an error of coercion. While it executes, it names the value that does not fit an argument of a field
 * or of a directive, such as a variable that is null where the type is `ID!`. No other error of its own names a value.
 */
function isOfAValue({ nodes = [], message }: GraphQLError): boolean {
  const [node] = nodes;
  return (node !== undefined && isValueNode(node)) || message === TOO_MANY;
}

export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { message, locations, path } = formatted;
  const code = codeOf(error);
  if (code !== MASKED) return { message: withoutSuggestion(message), locations, path, extensions: { code } };
  const correlationId = formatted.extensions?.['correlationId'];
  return { message: MASK, locations, path, extensions: { code, ...(correlationId ? { correlationId } : {}) } };
}

const SUGGESTION = ' Did you mean ';

/**
 * graphql-js ends a message with names of the schema that are like the one sent. Cut by index: a regular expression that looks for
 * this in a long text that the caller wrote takes quadratic time, and so does the one of Apollo's own plugin.
 */
export function withoutSuggestion(message: string): string {
  const start = message.endsWith('?') ? message.lastIndexOf(SUGGESTION) : -1;
  return start === -1 ? message : message.slice(0, start);
}
