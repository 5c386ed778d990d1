import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../../server/request-context.ts';
import type { CompiledDocuments } from './compiled-documents.ts';

/** Answers compiled operations in graphql-js's place. Apollo still parses, validates, limits, formats and logs. */
export function answerCompiled(documents: CompiledDocuments): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ document, operation, queryHash, request, contextValue: context, response }) {
          // Apollo answers a document of several operations without operationName.
          if (operation === undefined || queryHash === undefined) return null;
          // Only graphql-js traces its fields.
          if (request.http?.headers.get('apollo-federation-include-trace') === 'ftv1') return null;
          const { variables } = request;
          const data = await documents.data({ text: queryHash, document, operation, variables, context });
          if (data === undefined || data === null) return null;
          return { http: response.http, body: { kind: 'single', singleResult: { data } } };
        },
      };
    },
  };
}
