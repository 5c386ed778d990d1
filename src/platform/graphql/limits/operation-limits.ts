import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, valueFromASTUntyped } from 'graphql';
import type { Caller } from '../../auth/caller.ts';
import { describeExcess, type Excess, firstOver } from './excess.ts';
import { costLimitsOf, REQUEST_LIMITS } from './limits.ts';
import { costOf, type OperationCost } from './operation-cost.ts';
import type { SchemaCosts } from './schema-costs.ts';
import { excessOfValue } from './value-limits.ts';

/** An operation with its variables and caller. Checked for every request, because Apollo validates a cached document only once. */
export interface OperationRequest {
  document: DocumentNode;
  /** undefined if no operation has the requested name. Apollo answers that error. */
  operation: OperationDefinitionNode | undefined;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
  extensions: Record<string, unknown> | undefined;
  caller: Caller | undefined;
}

/** Throws, with status 400, BAD_USER_INPUT for variables, extensions or a name, and GRAPHQL_VALIDATION_FAILED for the cost. */
export function assertWithinLimits(schema: SchemaCosts, request: OperationRequest): void {
  const { document, operation, variables } = request;
  const operationName = { 'length of operationName': request.operationName?.length ?? 0 };
  refuse(firstOver(operationName, REQUEST_LIMITS), 'BAD_USER_INPUT');
  refuse(excessIn(variables, 'variables'), 'BAD_USER_INPUT');
  refuse(excessIn(request.extensions, 'extensions'), 'BAD_USER_INPUT');
  if (operation === undefined) return;
  const { cost, values, representations, strays } = costWith(schema, document, operation, variables);
  refuse(firstOver({ representations }, REQUEST_LIMITS), 'BAD_USER_INPUT');
  if (strays > 0) throw refusal('A representation names no entity of this subgraph.', 'BAD_USER_INPUT');
  refuse(firstOver({ cost, values }, costLimitsOf(request.caller)), 'GRAPHQL_VALIDATION_FAILED');
}

function costWith(
  schema: SchemaCosts,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown> | undefined,
): OperationCost {
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  return costOf(schema, {
    operation,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
    variables: { ...defaultsOf(operation), ...variables },
  });
}

function excessIn(value: object | undefined, what: 'variables' | 'extensions'): Excess | undefined {
  const excess = excessOfValue(value);
  return excess && { ...excess, limitName: `${what}: ${excess.limitName}` };
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  const withDefault = variableDefinitions.filter(({ defaultValue }) => defaultValue !== undefined);
  return Object.fromEntries(
    withDefault.map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue && valueFromASTUntyped(defaultValue),
    ]),
  );
}

type Code = 'BAD_USER_INPUT' | 'GRAPHQL_VALIDATION_FAILED';

function refuse(excess: Excess | undefined, code: Code): void {
  if (excess !== undefined) throw refusal(describeExcess(excess), code, excess);
}

function refusal(message: string, code: Code, excess?: Excess): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...excess, http: { status: 400 } } });
}
