import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { RequestContext } from '../server/request-context.ts';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { answerCompiled } from './compiled/answer-compiled.ts';
import { CompiledDocuments } from './compiled/compiled-documents.ts';
import { documentLimitsRule } from './limits/document-limits.ts';
import { MAX_TOKENS, MAX_VALIDATION_ERRORS } from './limits/limits.ts';
import { assertWithinLimits } from './limits/operation-limits.ts';
import { costsOfSchema, type SchemaCosts } from './limits/schema-costs.ts';
import type { MutationLimit } from './mutation-limit.ts';
import { federatedTraces, refuseSdl } from './schema-openness.ts';
import type { Subgraph } from './subgraph-schema.ts';

const MASKED = 'INTERNAL_SERVER_ERROR';
/** Apollo takes it from what validation says, and not from what variables are told. */
const SUGGESTION = / ?Did you mean .+\?$/s;

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
    return { message: message.replace(SUGGESTION, ''), locations, path, extensions: { code } };
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

/** Per operation: what it costs, the mutation limit, a count, the log line's fields, and a correlation id on what will be masked. */
function operationPlugin(
  telemetry: Telemetry,
  costs: SchemaCosts,
  mutationLimit: MutationLimit,
): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      const startedAt = performance.now();
      return {
        async didResolveOperation({ contextValue, operation, document, request }) {
          const { caller } = contextValue;
          const { operationName, variables, extensions } = request;
          if (operation !== undefined) {
            const [root] = operation.selectionSet.selections;
            const name = root?.kind === 'Field' ? root.name.value : operation.operation;
            Object.assign(contextValue.logFields, { operation: name, operationType: operation.operation });
          }
          assertWithinLimits(costs, { document, operation, operationName, variables, extensions, caller });
          if (operation === undefined) return;
          if (operation.operation === 'subscription') throw noSubscriptions();
          if (operation.operation !== 'mutation') return;
          // It holds one field: the limits of documents see to that.
          await mutationLimit(caller, 1);
        },
        async didEncounterErrors({ contextValue, errors }) {
          const codes = errors.map((error) => error.extensions['code'] ?? MASKED);
          // Each once: one answer can hold thousands of the same.
          contextValue.logFields['errorCodes'] = [...new Set(codes)];
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

export function createApolloServer(options: {
  subgraph: Subgraph;
  /** Whether who asks may know the schema and have federated traces. */
  isSchemaOpen: boolean;
  telemetry: Telemetry;
  mutationLimit: MutationLimit;
  log: Logger;
}): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema: options.subgraph.schema,
    // Else it writes to the console, whatever an error holds.
    logger: warningsTo(options.log),
    formatError,
    csrfPrevention: true,
    introspection: options.isSchemaOpen,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationRules: [documentLimitsRule, ...(options.isSchemaOpen ? [] : [refuseSdl])],
    validationOptions: { maxErrors: MAX_VALIDATION_ERRORS },
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
      operationPlugin(options.telemetry, costsOfSchema(options.subgraph.schema), options.mutationLimit),
      answerCompiled(compiledDocumentsOf(options.subgraph, options.log)),
    ],
  });
}
