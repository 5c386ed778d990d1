import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { RequestContext } from '../server/request-context.ts';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { answerCompiled } from './compiled/answer-compiled.ts';
import { CompiledDocuments } from './compiled/compiled-documents.ts';
import { answerErrors } from './error-answers.ts';
import type { ErrorStatus } from './error-status.ts';
import { formatError } from './format-error.ts';
import { documentLimitsRule } from './limits/document-limits.ts';
import { MAX_TOKENS, MAX_VALIDATION_ERRORS } from './limits/limits.ts';
import { costsOfSchema } from './limits/schema-costs.ts';
import type { MutationLimit } from './mutation-limit.ts';
import { limitOperations, recordOperations } from './operation-plugins.ts';
import { federatedTraces, refuseSdl } from './schema-openness.ts';
import type { Subgraph } from './subgraph-schema.ts';

export interface ApolloOptions {
  subgraph: Subgraph;
  /** True if callers may read the schema and get federated traces. */
  isSchemaOpen: boolean;
  telemetry: Telemetry;
  mutationLimit: MutationLimit;
  errorStatus: ErrorStatus;
  log: Logger;
  /** Default: a new, empty store of compiled documents. */
  documents?: CompiledDocuments;
}

/**
 * Headers that a foreign page cannot make a browser send without a preflight; one of them lets a GET pass. A browser adds
 * `authorization` by itself only for a password, which opens nothing here.
 */
const PREFLIGHT_HEADERS = ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'];

export function createApolloServer(options: ApolloOptions): ApolloServer<RequestContext> {
  const { subgraph, isSchemaOpen, log } = options;
  return new ApolloServer<RequestContext>({
    schema: subgraph.schema,
    // The default logger writes every error to the console, unredacted.
    logger: warningsTo(log),
    formatError,
    csrfPrevention: { requestHeaders: PREFLIGHT_HEADERS },
    introspection: isSchemaOpen,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationRules: [documentLimitsRule, ...(isSchemaOpen ? [] : [refuseSdl])],
    validationOptions: { maxErrors: MAX_VALIDATION_ERRORS },
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    // formatError cuts suggestions off in linear time, from every error.
    hideSchemaDetailsFromClientErrors: false,
    stopOnTerminationSignals: false,
    plugins: [
      // Cache control wraps every field of every request.
      ApolloServerPluginCacheControlDisabled(),
      federatedTraces(isSchemaOpen),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      limitOperations(costsOfSchema(subgraph.schema), options.mutationLimit),
      recordOperations(options.telemetry),
      answerErrors(options.errorStatus),
      answerCompiled(options.documents ?? compiledDocumentsOf(subgraph, log)),
    ],
  });
}

function compiledDocumentsOf({ rebuild }: Subgraph, log: Logger): CompiledDocuments {
  return new CompiledDocuments({
    // Apollo wraps the resolvers of its own schema to trace a request, and leaves them wrapped.
    buildSchema: rebuild,
    onMissing: (err) => log.error({ event: 'compiler_missing', err }),
    onFailure: (err) => log.error({ event: 'compiled_document_failed', err }),
  });
}

/** Logs Apollo's warnings and errors as `server_says`. */
function warningsTo(log: Logger) {
  const warn = (message: unknown) =>
    log.warn({
      event: 'server_says',
      reason: reasonOf(new Error(message instanceof Error ? message.message : String(message))),
    });
  const silent = () => undefined;
  return { error: warn, warn, info: silent, debug: silent };
}
