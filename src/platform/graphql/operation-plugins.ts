import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type OperationDefinitionNode } from 'graphql';
import type { RequestContext } from '../server/request-context.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { BUSY, codeOf, MASKED } from './format-error.ts';
import { assertWithinLimits } from './limits/operation-limits.ts';
import type { SchemaCosts } from './limits/schema-costs.ts';
import type { MutationLimit } from './mutation-limit.ts';

/** Apollo answers no subscriptions (answer-subscription.ts). */
const noSubscriptions = () =>
  new GraphQLError('A subscription is answered by an event stream: send `Accept: text/event-stream`.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
  });

/** Refuses an operation that costs too much, and a mutation of a caller above the mutation limit. */
export function limitOperations(costs: SchemaCosts, mutationLimit: MutationLimit): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ contextValue: { caller }, operation, document, request }) {
          const { operationName, variables, extensions } = request;
          assertWithinLimits(costs, { document, operation, operationName, variables, extensions, caller });
          if (operation?.operation === 'subscription') throw noSubscriptions();
          // DOCUMENT_LIMITS allow one field per mutation.
          if (operation?.operation === 'mutation') await mutationLimit(caller, 1);
        },
      };
    },
  };
}

/** Puts the operation into the request's log line. Returns its name. */
export function noteOperation({ logFields }: RequestContext, operation: OperationDefinitionNode): string {
  const [root] = operation.selectionSet.selections;
  const name = root?.kind === 'Field' ? root.name.value : operation.operation;
  Object.assign(logFields, { operation: name, operationType: operation.operation });
  return name;
}

/** Puts the codes of errors into the request's log line, and logs those whose cause the answer does not have. */
export function noteErrors({ logFields, log }: RequestContext, errors: readonly (GraphQLError | Error)[]): void {
  // Logs each code once, because one answer can hold thousands of errors.
  logFields['errorCodes'] = [...new Set(errors.map(codeOf))];
  for (const error of errors) {
    const level = LEVELS[codeOf(error)];
    if (level === undefined) continue;
    const path = error instanceof GraphQLError ? error.path?.join('.') : undefined;
    log[level]({ event: 'field_failed', path, err: unwrapResolverError(error) as Error });
  }
}

/** The codes of errors that are no fault of the caller, and whose cause the answer does not have. */
const LEVELS: Partial<Record<string, 'error' | 'warn'>> = { [MASKED]: 'error', [BUSY]: 'warn' };

/** Records each operation in the log line and the metrics, and the errors that are masked in the log. */
export function recordOperations(telemetry: Telemetry): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      const startedAt = performance.now();
      return {
        async didResolveOperation({ contextValue, operation }) {
          if (operation !== undefined) noteOperation(contextValue, operation);
        },
        async didEncounterErrors({ contextValue, errors }) {
          noteErrors(contextValue, errors);
        },
        async willSendResponse({ contextValue }) {
          const { operation = 'refused', errorCodes, waitedMs } = contextValue.logFields;
          // A wait that the caller asked for says nothing about the service.
          const waited = typeof waitedMs === 'number' ? waitedMs : 0;
          const seconds = Math.max(0, performance.now() - startedAt - waited) / 1000;
          telemetry.operation(String(operation), errorCodes === undefined ? 'ok' : 'error', seconds);
        },
      };
    },
  };
}
