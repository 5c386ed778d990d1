import { GraphQLError } from 'graphql';

/**
 * Tells the error of a field that graphql-js has lost from other rejections without a handler. When an item of a list fails
 * synchronously, version 16 of graphql-js drops the promises of the items before it (https://github.com/graphql/graphql-js/pull/4643, fixed
 * in version 17). Their request has its answer by then, with the error of the later item, so the process may go on.
 */
export function isLostFieldError(reason: unknown): reason is GraphQLError {
  return reason instanceof GraphQLError && reason.path !== undefined;
}
