import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError } from 'graphql';
import type { RequestContext } from '../server/request-context.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { BUSY, codeOf, MASKED } from './format-error.ts';
import { assertWithinLimits } from './limits/operation-limits.ts';
import type { SchemaCosts } from './limits/schema-costs.ts';
import type { MutationLimit } from './mutation-limit.ts';

/** Validation accepts a subscription although the schema has none. */
const noSubscriptions = () =>
  new GraphQLError('There are no subscriptions here.', {
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

/** The codes of errors that are no fault of the caller, and whose cause the answer does not have. */
const LEVELS: Partial<Record<string, 'error' | 'warn'>> = { [MASKED]: 'error', [BUSY]: 'warn' };

/** Records each operation in the log line and the metrics, and the errors that are masked in the log. */
export function recordOperations(telemetry: Telemetry): ApolloServerPlugin<RequestContext> {
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
          // Logs each code once, because one answer can hold thousands of errors.
          contextValue.logFields['errorCodes'] = [...new Set(errors.map(codeOf))];
          for (const error of errors) {
            const level = LEVELS[codeOf(error)];
            if (level === undefined) continue;
            const cause = unwrapResolverError(error) as Error;
            contextValue.log[level]({ event: 'field_failed', path: error.path?.join('.'), err: cause });
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
