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
  /** Whether callers may know the schema and have federated traces. */
  isSchemaOpen: boolean;
  telemetry: Telemetry;
  mutationLimit: MutationLimit;
  log: Logger;
  /** Compiled documents of this subgraph, instead of new ones. */
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
