import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { RequestContext } from '../request-context.ts';
import type { Telemetry } from '../telemetry.ts';
import type { MutationLimit } from './mutation-limit.ts';
import { federatedTraces, refuseSdl } from './schema-openness.ts';

const MASKED = 'INTERNAL_SERVER_ERROR';

/** Whether somebody meant this error for the caller. Everything else is a fault, and says nothing but where to look. */
function isMeant(error: GraphQLError): boolean {
  const original = unwrapResolverError(error);
  if (!(original instanceof GraphQLError)) return false;
  const { code } = original.extensions;
  return code !== undefined && code !== MASKED;
}

function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { message, locations, path } = formatted;
  const { code = MASKED, correlationId } = formatted.extensions ?? {};
  if (error instanceof GraphQLError && isMeant(error) && code !== MASKED) {
    return { message, locations, path, extensions: { code } };
  }
  const masked = 'Something went wrong on our side. Name the correlationId when you report it.';
  return {
    message: masked,
    locations,
    path,
    extensions: { code: MASKED, ...(correlationId ? { correlationId } : {}) },
  };
}

/** The schema has none, which validation does not look at. */
const noSubscriptions = () =>
  new GraphQLError('There are no subscriptions here.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
  });

/** Aliases and fragments included: each field of a mutation is one. The document is valid, so that fragments do not cycle. */
function countRootFields({ selections }: SelectionSetNode, document: DocumentNode): number {
  const counts = selections.map((selection) => {
    if (selection.kind === Kind.FIELD) return 1;
    if (selection.kind === Kind.INLINE_FRAGMENT) return countRootFields(selection.selectionSet, document);
    const isIts = (node: DefinitionNode) =>
      node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === selection.name.value;
    const fragment = document.definitions.find(isIts) as FragmentDefinitionNode;
    return countRootFields(fragment.selectionSet, document);
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Per operation: the mutation limit, a count, the log line's fields, and a correlation id on what will be masked. */
function operationPlugin(telemetry: Telemetry, mutationLimit: MutationLimit): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      const startedAt = performance.now();
      return {
        async didResolveOperation({ contextValue, operation, document }) {
          if (operation === undefined) return;
          const [root] = operation.selectionSet.selections;
          const name = root?.kind === 'Field' ? root.name.value : operation.operation;
          Object.assign(contextValue.logFields, { operation: name, operationType: operation.operation });
          if (operation.operation === 'subscription') throw noSubscriptions();
          if (operation.operation !== 'mutation') return;
          await mutationLimit(contextValue.caller, countRootFields(operation.selectionSet, document));
        },
        async didEncounterErrors({ contextValue, errors }) {
          contextValue.logFields['errorCodes'] = errors.map((error) => error.extensions['code'] ?? MASKED);
          for (const error of errors.filter((error) => !isMeant(error))) {
            error.extensions['correlationId'] = contextValue.correlationId;
            const cause = unwrapResolverError(error) as Error;
            contextValue.log.error({ event: 'field_failed', path: error.path?.join('.'), err: cause });
          }
        },
        async willSendResponse({ contextValue }) {
          const { operation = 'refused', errorCodes } = contextValue.logFields;
          const seconds = (performance.now() - startedAt) / 1000;
          telemetry.operation(String(operation), errorCodes === undefined ? 'ok' : 'error', seconds);
        },
      };
    },
  };
}

export function createApolloServer(options: {
  schema: GraphQLSchema;
  /** Whether who asks may know the schema and have federated traces. */
  isSchemaOpen: boolean;
  telemetry: Telemetry;
  mutationLimit: MutationLimit;
}): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema: options.schema,
    formatError,
    csrfPrevention: true,
    introspection: options.isSchemaOpen,
    validationRules: options.isSchemaOpen ? [] : [refuseSdl],
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    stopOnTerminationSignals: false,
    plugins: [
      // It would wrap every field of every request.
      ApolloServerPluginCacheControlDisabled(),
      federatedTraces(options.isSchemaOpen),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      operationPlugin(options.telemetry, options.mutationLimit),
    ],
  });
}
