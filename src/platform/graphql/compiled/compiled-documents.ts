import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import QuickLRU from 'quick-lru';
import { isCompilable } from './is-compilable.ts';

/** Compiling takes as long as some dozens of executions, and holds everybody up: whoever makes up documents pays for it first. */
const COMPILED_WHEN_SEEN = 20;
/** Those used last. Some ten kilobytes each; a frontend and a gateway have dozens. */
const MAX_COMPILED = 250;

type Run = CompiledQuery['query'];

export interface Asked {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown> | undefined;
  context: unknown;
}

/**
 * Operations that come again and again, as functions (docs/decisions/0044). Known by their node: Apollo's document store gives
 * the same one for the same text, for as long as it keeps it.
 */
export class CompiledDocuments {
  private readonly seen = new WeakMap<OperationDefinitionNode, number>();
  /** null: it is not one to compile. */
  private readonly compiled = new QuickLRU<OperationDefinitionNode, Run | null>({ maxSize: MAX_COMPILED });

  private schema: GraphQLSchema | undefined;

  /** The schema is built when the first is compiled: the start does not wait for it. */
  constructor(private readonly buildSchema: () => GraphQLSchema) {}

  /**
   * The data; undefined where graphql-js has to find it: the document is new, or not one to compile, or something in it fails.
   * What fails is told by graphql-js alone, in its words; what has been loaded for this request is not loaded again.
   */
  async data(asked: Asked): Promise<ExecutionResult['data']> {
    const run = this.runOf(asked);
    if (run === null) return undefined;
    const { data, errors } = await run(undefined, asked.context, asked.variables ?? {});
    return errors === undefined ? data : undefined;
  }

  private runOf({ document, operation }: Asked): Run | null {
    const known = this.compiled.get(operation);
    if (known !== undefined) return known;
    const seen = (this.seen.get(operation) ?? 0) + 1;
    this.seen.set(operation, seen);
    if (seen < COMPILED_WHEN_SEEN) return null;
    this.schema ??= this.buildSchema();
    const run = compile(this.schema, document, operation);
    this.compiled.set(operation, run);
    return run;
  }
}

function compile(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Run | null {
  if (!isCompilable(schema, document, operation)) return null;
  const made = compileQuery(schema, document, operation.name?.value ?? '', { disablingCapturingStackErrors: true });
  return isCompiledQuery(made) ? made.query : null;
}
