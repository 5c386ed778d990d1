import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Excess } from './limits/excess.ts';

/** Builds a top-level error with a stable code (contracts.md 1). Business refusals are userErrors. */
export function unauthenticated(message = 'This needs a token: send "Authorization: Bearer <JWT>".'): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'UNAUTHENTICATED' } });
}

export function forbidden(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });
}

export function badUserInput(message: string, excess?: Excess): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', ...excess } });
}

export function notFound(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'NOT_FOUND' } });
}

/** Refuses a request for something that existed and exists no longer. */
export function gone(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'GONE' } });
}

/** Refuses a caller for this many seconds, in `Retry-After` and, for those behind a gateway, in the error. */
export function rateLimited(message: string, retryAfterSeconds: number, excess?: Excess): GraphQLError {
  const headers = new HeaderMap([['retry-after', `${retryAfterSeconds}`]]);
  const http = { status: 429, headers };
  return Object.assign(new GraphQLError(message), {
    extensions: { code: 'RATE_LIMITED', retryAfterSeconds, ...excess, http },
  });
}
