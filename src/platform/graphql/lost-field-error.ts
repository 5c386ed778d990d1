import { GraphQLError } from 'graphql';

/**
 * Recognizes the unhandled rejection of a field that graphql-js 16 dropped: when an item of a list fails synchronously, it
 * abandons the promises of the items before it (https://github.com/graphql/graphql-js/pull/4643, fixed in version 17). The
 * request already has its answer, with the error of the later item, so the process may go on.
 */
export function isLostFieldError(reason: unknown): reason is GraphQLError {
  return reason instanceof GraphQLError && reason.path !== undefined;
}
