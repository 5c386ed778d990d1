import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { RequestContext } from '../server/request-context.ts';
import type { ErrorStatus } from './error-status.ts';
import { limitErrors } from './format-error.ts';

/** Gives the errors of an answer their correlation id, limits their number, and decides the status. */
export function answerErrors(statusOf: ErrorStatus): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ contextValue: { correlationId }, request, response: { body, http } }) {
          if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
          const { singleResult } = body;
          const isMalformed = singleResult.errors?.some(({ extensions }) => extensions?.['code'] === 'BAD_REQUEST');
          singleResult.errors = limitErrors(singleResult.errors ?? []).map((error) => identified(error, correlationId));
          if (http.status === undefined || isMalformed) return;
          http.status = statusOf(http.status, request.http?.headers.get('accept'));
        },
      };
    },
  };
}

export function identified(error: GraphQLFormattedError, correlationId: string): GraphQLFormattedError {
  return { ...error, extensions: { ...error.extensions, correlationId } };
}
