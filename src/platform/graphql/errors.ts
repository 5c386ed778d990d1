import { GraphQLError } from 'graphql';

/** Builds a top-level error with a stable code (contracts.md 1). Business refusals are userErrors. */
export function unauthenticated(message = 'This needs a token: send "Authorization: Bearer <JWT>".'): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'UNAUTHENTICATED' } });
}

export function forbidden(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });
}

export function badUserInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
