import {
  createSourceEventStream,
  type DocumentNode,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { RequestContext } from '../server/request-context.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { identified } from './error-answers.ts';
import { formatError, limitErrors } from './format-error.ts';
import { documentLimitsRule } from './limits/document-limits.ts';
import { MAX_TOKENS, MAX_VALIDATION_ERRORS } from './limits/limits.ts';
import { assertWithinLimits } from './limits/operation-limits.ts';
import { costsOfSchema } from './limits/schema-costs.ts';
import { noteErrors, noteOperation } from './operation-plugins.ts';
import type { StreamContext, StreamedValue } from './subscriptions.ts';

/** The members of a GraphQL request, of the right types. */
export interface SubscriptionRequest {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  extensions?: Record<string, unknown> | null | undefined;
}

/** Answers a subscription, value by value. A refusal is one answer with errors. Never rejects. */
export type AnswerSubscription = (request: SubscriptionRequest, context: StreamContext) => Answers;

type Answers = AsyncGenerator<FormattedExecutionResult>;

export interface SubscriptionParts {
  /** Not Apollo's: that wraps the resolvers of its own to trace a request, and leaves them wrapped. */
  schema: GraphQLSchema;
  telemetry: Telemetry;
}

/**
 * Answers subscriptions in Apollo's place, which has none, with the limits and the errors of other operations. graphql-js would resolve
 * all values in the context of the request. Here each value brings its own: loaders begin anew, and the token is verified again.
 */
export function createSubscriptions({ schema, telemetry }: SubscriptionParts): AnswerSubscription {
  const costs = costsOfSchema(schema);
  async function* answersOf(request: SubscriptionRequest, context: StreamContext): Answers {
    const document = parsed(request.query);
    refuseInvalid(schema, document);
    const operationName = request.operationName ?? undefined;
    const operation = subscriptionIn(document, operationName);
    const name = noteOperation(context, operation);
    const variables = request.variables ?? undefined;
    const extensions = request.extensions ?? undefined;
    assertWithinLimits(costs, { document, operation, operationName, variables, extensions, caller: context.caller });
    const args = { schema, document, operationName, variableValues: variables };
    const source = await createSourceEventStream({ ...args, contextValue: context });
    if (!(Symbol.asyncIterator in source)) return yield refused(context, source.errors ?? []);
    for await (const { value, context: own } of source as AsyncIterable<StreamedValue>) {
      const startedAt = performance.now();
      const { data, errors } = await execute({ ...args, rootValue: value, contextValue: own });
      telemetry.operation(name, errors === undefined ? 'ok' : 'error', (performance.now() - startedAt) / 1000);
      yield errors === undefined ? { data: data ?? null } : { data: data ?? null, ...refused(context, errors) };
    }
  }
  return async function* answer(request, context) {
    try {
      yield* answersOf(request, context);
    } catch (error) {
      yield refused(context, [error as Error]);
    }
  };
}

function refused(context: RequestContext, errors: readonly (GraphQLError | Error)[]) {
  noteErrors(context, errors);
  const formatted = errors.map((error) =>
    formatError(error instanceof GraphQLError ? error.toJSON() : { message: error.message }, error),
  );
  return { errors: limitErrors(formatted).map((error) => identified(error, context.correlationId)) };
}

function parsed(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: MAX_TOKENS });
  } catch (error) {
    throw error instanceof GraphQLError ? withCode('GRAPHQL_PARSE_FAILED', error) : error;
  }
}

/** Throws the first error of validation: one is what a caller reads, and a generator throws one. */
function refuseInvalid(schema: GraphQLSchema, document: DocumentNode): void {
  const options = { maxErrors: MAX_VALIDATION_ERRORS };
  const [error] = validate(schema, document, [...specifiedRules, documentLimitsRule], options);
  if (error !== undefined) throw withCode('GRAPHQL_VALIDATION_FAILED', error);
}

function subscriptionIn(document: DocumentNode, operationName: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation === OperationTypeNode.SUBSCRIPTION) return operation;
  const code = 'GRAPHQL_VALIDATION_FAILED';
  const message = 'An event stream answers one subscription: send other operations with `Accept: application/json`.';
  throw new GraphQLError(message, { extensions: { code } });
}

function withCode(code: string, error: GraphQLError): GraphQLError {
  const { nodes, source, positions, extensions } = error;
  return new GraphQLError(error.message, { nodes, source, positions, extensions: { ...extensions, code } });
}
