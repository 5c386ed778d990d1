import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError, isValueNode, Kind } from 'graphql';
import { isTimedOut } from '../database/errors.ts';
import type { Excess } from './limits/excess.ts';
import { MAX_TOKENS } from './limits/limits.ts';

/** The code of every error that is not meant for the caller. */
export const MASKED = 'INTERNAL_SERVER_ERROR';
export const MASKED_MESSAGE = 'Something went wrong on our side. Name the correlationId when you report it.';

/** The code of an error after which the same request may succeed: a statement waited too long for others. */
export const BUSY = 'SERVICE_UNAVAILABLE';
export const BUSY_MESSAGE = 'This took too long, because others hold the same data: send it again in a few seconds.';
/** Longer than a lock is waited for, so that repeats do not pile up behind it. */
export const BUSY_RETRY_SECONDS = 5;

/** Returns the code that a caller sees (docs/errors.md 2). MASKED is a fault of ours: the log has its message, the answer does not. */
export function codeOf(error: unknown): string {
  const original = unwrapResolverError(error);
  if (isTimedOut(original)) return BUSY;
  if (!(original instanceof GraphQLError)) return MASKED;
  const { code } = original.extensions;
  if (code !== undefined) return String(code);
  return isOfAValue(original) ? 'BAD_USER_INPUT' : MASKED;
}

/** graphql-js's message when it stops after fifty errors of variables. */
const TOO_MANY = 'Too many errors processing variables, error limit reached. Execution aborted.';

/**
 * Recognizes an error of coercion, to which graphql-js gives no code: only such an error has a value node, such as a variable
 * that is null where the type is `ID!`, or the definition of a variable that is missing.
 */
function isOfAValue({ nodes = [], message }: GraphQLError): boolean {
  const [node] = nodes;
  if (message === TOO_MANY) return true;
  return node !== undefined && (isValueNode(node) || node.kind === Kind.VARIABLE_DEFINITION);
}

/** Limits on an error: its message quotes values of the caller, and one error can name every place of a field. */
const MAX_MESSAGE_LENGTH = 300;
const MAX_LOCATIONS = 5;
/** An answer with more errors tells how many it leaves out. A page of orders can have an error for each of its values. */
const MAX_ERRORS = 20;

const shortened = (message: string) =>
  message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message;

export function limitErrors(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  const [first, ...others] = errors.slice(MAX_ERRORS);
  if (first === undefined) return errors;
  const message = `${others.length + 1} more errors are left out.`;
  return [...errors.slice(0, MAX_ERRORS), { message, extensions: { code: first.extensions?.['code'] } }];
}

export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { message, path } = formatted;
  const locations = formatted.locations?.slice(0, MAX_LOCATIONS);
  const code = codeOf(error);
  if (code === MASKED) return { message: MASKED_MESSAGE, locations, path, extensions: { code } };
  if (code === BUSY) {
    return { message: BUSY_MESSAGE, locations, path, extensions: { code, retryAfterSeconds: BUSY_RETRY_SECONDS } };
  }
  const extensions = { code, ...factsOf(formatted), ...(isOverTokens(message) ? OVER_TOKENS : {}) };
  return { message: shortened(withoutSuggestion(message)), locations, path, extensions };
}

/** The members of an error's extensions that a caller sees beside the code. answerErrors adds `correlationId`. */
const FACTS = ['correlationId', 'retryAfterSeconds', 'limitName', 'limit', 'figure'];

function factsOf({ extensions = {} }: GraphQLFormattedError): Record<string, unknown> {
  return Object.fromEntries(FACTS.filter((name) => name in extensions).map((name) => [name, extensions[name]]));
}

/** graphql-js stops at the limit, and says so in the message alone. */
const isOverTokens = (message: string) => message.endsWith(`${MAX_TOKENS} tokens. Parsing aborted.`);
const OVER_TOKENS: Excess = { limitName: 'tokens', limit: MAX_TOKENS, figure: MAX_TOKENS + 1 };

const SUGGESTION = ' Did you mean ';

/**
 * Cuts off the schema's names that graphql-js suggests. Searches by index, because a regular expression takes quadratic time on
 * a long text of the caller, and so does Apollo's own plugin.
 */
export function withoutSuggestion(message: string): string {
  const start = message.endsWith('?') ? message.lastIndexOf(SUGGESTION) : -1;
  return start === -1 ? message : message.slice(0, start);
}
