import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError } from 'graphql';
import type { RequestContext } from '../server/request-context.ts';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { answerCompiled } from './compiled/answer-compiled.ts';
import { CompiledDocuments } from './compiled/compiled-documents.ts';
import { codeOf, formatError, MASKED } from './format-error.ts';
import { documentLimitsRule } from './limits/document-limits.ts';
import { MAX_TOKENS, MAX_VALIDATION_ERRORS } from './limits/limits.ts';
import { assertWithinLimits } from './limits/operation-limits.ts';
import { costsOfSchema, type SchemaCosts } from './limits/schema-costs.ts';
import type { MutationLimit } from './mutation-limit.ts';
import { federatedTraces, refuseSdl } from './schema-openness.ts';
import type { Subgraph } from './subgraph-schema.ts';

export interface ApolloOptions {
  subgraph: Subgraph;
  /** Whether callers may know the schema and have federated traces. */
  isSchemaOpen: boolean;
  telemetry: Telemetry;
  mutationLimit: MutationLimit;
  log: Logger;
  /** Of this subgraph, in the place of new ones. */
  documents?: CompiledDocuments;
}

export function createApolloServer(options: ApolloOptions): ApolloServer<RequestContext> {
  const { subgraph, isSchemaOpen, log } = options;
  return new ApolloServer<RequestContext>({
    schema: subgraph.schema,
    // Else it writes to the console, whatever an error holds.
    logger: warningsTo(log),
    formatError,
    csrfPrevention: true,
    introspection: isSchemaOpen,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationRules: [documentLimitsRule, ...(isSchemaOpen ? [] : [refuseSdl])],
    validationOptions: { maxErrors: MAX_VALIDATION_ERRORS },
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    // formatError does it, in linear time and for every error.
    hideSchemaDetailsFromClientErrors: false,
    stopOnTerminationSignals: false,
    plugins: [
      // It would wrap every field of every request.
      ApolloServerPluginCacheControlDisabled(),
      federatedTraces(isSchemaOpen),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      limitOperations(costsOfSchema(subgraph.schema), options.mutationLimit),
      recordOperations(options.telemetry),
      answerCompiled(options.documents ?? compiledDocumentsOf(subgraph, log)),
    ],
  });
}

/** The schema has no subscriptions, which validation does not look at. */
const noSubscriptions = () =>
  new GraphQLError('There are no subscriptions here.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
  });

/** Refuses an operation that costs too much, and a mutation of a caller who has sent too many. */
function limitOperations(costs: SchemaCosts, mutationLimit: MutationLimit): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ contextValue: { caller }, operation, document, request }) {
          const { operationName, variables, extensions } = request;
          assertWithinLimits(costs, { document, operation, operationName, variables, extensions, caller });
          if (operation?.operation === 'subscription') throw noSubscriptions();
          // It holds one field: the limits of documents see to that.
          if (operation?.operation === 'mutation') await mutationLimit(caller, 1);
        },
      };
    },
  };
}

/** Per operation: the log line's fields, a count, and a correlation id on the errors that will be masked. */
function recordOperations(telemetry: Telemetry): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      const startedAt = performance.now();
      return {
        async didResolveOperation({ contextValue, operation }) {
          if (operation === undefined) return;
          const [root] = operation.selectionSet.selections;
          const name = root?.kind === 'Field' ? root.name.value : operation.operation;
          Object.assign(contextValue.logFields, { operation: name, operationType: operation.operation });
        },
        async didEncounterErrors({ contextValue, errors }) {
          // Each once: one answer can hold thousands of the same.
          contextValue.logFields['errorCodes'] = [...new Set(errors.map(codeOf))];
          for (const error of errors.filter((error) => codeOf(error) === MASKED)) {
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

function compiledDocumentsOf({ rebuild }: Subgraph, log: Logger): CompiledDocuments {
  return new CompiledDocuments({
    // Not Apollo's own: to trace one request it wraps every field's resolver, for all requests to come.
    buildSchema: rebuild,
    onMissing: (err) => log.error({ event: 'compiler_missing', err }),
    onFailure: (err) => log.error({ event: 'compiled_document_failed', err }),
  });
}

/** Apollo's own words: `server_says`. */
function warningsTo(log: Logger) {
  const tell = (said: unknown) =>
    log.warn({
      event: 'server_says',
      reason: reasonOf(new Error(said instanceof Error ? said.message : String(said))),
    });
  const silent = () => undefined;
  return { error: tell, warn: tell, info: silent, debug: silent };
}
