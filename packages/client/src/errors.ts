import type { TopupErrorCode, TopupUserErrorFieldsFragment } from './generated/documents.ts';

/** The `extensions.code` of a top-level error: a technical failure, not a refusal by a business rule. */
export const TOP_LEVEL_ERROR_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
] as const;
export type TopLevelErrorCode = (typeof TOP_LEVEL_ERROR_CODES)[number];

/** `extensions` of a top-level error. */
export interface TopLevelErrorExtensions {
  code: TopLevelErrorCode;
  /** The reference for support, which the service's log has too. */
  correlationId?: string;
  /** On RATE_LIMITED and SERVICE_UNAVAILABLE: the wait, in whole seconds. */
  retryAfterSeconds?: number;
  /** On an error about a limit: its name, its value, and the number found. */
  limitName?: string;
  limit?: number;
  figure?: number;
}

/** A refusal by a business rule, with what this package's mutations ask of it. */
export type UserError = TopupUserErrorFieldsFragment;

/**
 * Returns the refusals in the data of a mutation, whatever its name; empty on success, and without data. An error at the top level is
 * no refusal: the client library reports it.
 */
export function userErrorsOf(data: object | null | undefined): UserError[] {
  return Object.values(data ?? {}).flatMap((payload) => (isRefusable(payload) ? payload.userErrors : []));
}

/** Returns the first refusal with one of the codes. */
export function userErrorWith(
  data: object | null | undefined,
  ...codes: readonly TopupErrorCode[]
): UserError | undefined {
  return userErrorsOf(data).find(({ code }) => codes.includes(code));
}

function isRefusable(payload: unknown): payload is { userErrors: readonly UserError[] } {
  return (
    typeof payload === 'object' && payload !== null && 'userErrors' in payload && Array.isArray(payload.userErrors)
  );
}
