import {
  defaultFieldResolver,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql';
import type { CompiledQuery } from 'graphql-jit';

/**
 * Keeps a failure within its own request. graphql-jit passes two callbacks to a resolver's promise and drops the promise that
 * `then` returns (its runtime.ts, resolvePromise). If a callback throws, the unhandled rejection ends the process, and the answer
 * never settles, because the count of pending fields never reaches zero.
 *
 * So the resolvers of this schema return a `Contained`, whose `then` reports an error of a callback to the field's run. The run
 * travels as the root value, which graphql-jit passes to each resolver and which no resolver here reads.
 */
export function containFailures(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const listDepth = listDepthOf(field.type);
      // The compiled function reads the other fields itself, and expects no promise there.
      if (field.resolve === undefined && listDepth === 0) continue;
      field.resolve = contained(field.resolve ?? defaultFieldResolver, listDepth);
    }
  }
  return schema;
}

/** Runs a compiled function of a schema from `containFailures`. Rejects if anything in it throws, at any time. */
export function runContained(
  run: CompiledQuery['query'],
  context: object,
  variables: Record<string, unknown>,
): Promise<ExecutionResult> {
  return new Promise((resolve, reject) => {
    // After resolve(run(…)), a promise that never settles would swallow a later rejection.
    Promise.resolve(run(new Run(reject), context, variables)).then(resolve, reject);
  });
}

class Run {
  constructor(readonly fail: (reason: unknown) => void) {}
}

/** Returns 0 for a type that is not a list, 2 for a list of lists. */
function listDepthOf(type: GraphQLOutputType): number {
  const nullable = getNullableType(type);
  return isListType(nullable) ? 1 + listDepthOf(nullable.ofType) : 0;
}

function contained(
  resolve: GraphQLFieldResolver<unknown, unknown>,
  listDepth: number,
): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, context, info) => {
    const run = info.rootValue as Run;
    return containedValue(resolve(source === run ? undefined : source, args, context, info), listDepth, run);
  };
}

function containedValue(value: unknown, listDepth: number, run: Run): unknown {
  if (isThenable(value)) return new Contained(value, listDepth, run);
  if (listDepth === 0 || typeof value !== 'object' || value === null || !(Symbol.iterator in value)) return value;
  const items: readonly unknown[] = Array.isArray(value) ? value : [...(value as Iterable<unknown>)];
  if (listDepth === 1 && !items.some(isThenable)) return items;
  return items.map((item) => {
    // If an earlier item fails, graphql-jit drops this one, and its rejection would end the process.
    if (isThenable(item)) Promise.resolve(item).catch(() => undefined);
    return containedValue(item, listDepth - 1, run);
  });
}

/** A promise for graphql-jit alone, which calls `then` at most once. */
class Contained {
  constructor(
    private readonly thenable: PromiseLike<unknown>,
    private readonly listDepth: number,
    private readonly run: Run,
  ) {}

  // biome-ignore lint/suspicious/noThenProperty: graphql-jit knows a promise by its `then`
  then(onValue: (value: unknown) => void, onError: (reason: unknown) => void): void {
    const { listDepth, run } = this;
    Promise.resolve(this.thenable)
      .then((value) => onValue(containedValue(value, listDepth, run)), onError)
      .catch(run.fail);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
