import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../../server/request-context.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Subgraph } from '../subgraph-schema.ts';
import { CompiledDocuments } from './compiled-documents.ts';

/**
 * Answers operations that have been compiled, in the place of graphql-js; everything before and after is Apollo's as ever:
 * parsing, validation, limits, formatting.
 */
export function answerCompiled(subgraph: Subgraph, log: Logger): ApolloServerPlugin<RequestContext> {
  // Not Apollo's own: to trace one request it wraps every field's resolver, for all requests to come.
  const documents = new CompiledDocuments(subgraph.rebuild, (err) => log.error({ event: 'compiler_missing', err }));
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ document, operation, request, contextValue, response }) {
          // Which of several is not said: Apollo tells.
          if (operation === undefined) return null;
          // A trace is of graphql-js's fields.
          if (request.http?.headers.get('apollo-federation-include-trace') === 'ftv1') return null;
          const { variables } = request;
          const data = await documents.data({ document, operation, variables, context: contextValue });
          if (data === undefined || data === null) return null;
          return { http: response.http, body: { kind: 'single', singleResult: { data } } };
        },
      };
    },
  };
}
