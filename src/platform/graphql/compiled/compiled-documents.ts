import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { CompiledQuery } from 'graphql-jit';
import QuickLRU from 'quick-lru';
import { isCompilable } from './is-compilable.ts';
import { isReadFromOneField, KnownAnswers, type KnownData } from './known-answers.ts';

/** Compiling takes as long as some dozens of executions, and holds everybody up: whoever makes up documents pays for it first. */
const COMPILED_WHEN_SEEN = 20;
/** Those used last. Some ten kilobytes each; a frontend and a gateway have dozens. */
const MAX_COMPILED = 250;

type Compiler = typeof import('graphql-jit');

const NOT_TO_COMPILE = 'not to compile';

interface Compiled {
  run: CompiledQuery['query'];
  /** The same list gives the same answer: see KnownAnswers. */
  isReadFromOneField: boolean;
}

export interface Asked {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown> | undefined;
  context: object;
}

/**
 * Operations that come again and again, as functions (docs/decisions/0044). Known by their node: Apollo's document store gives
 * the same one for the same text, for as long as it keeps it.
 */
export class CompiledDocuments {
  private readonly seen = new WeakMap<OperationDefinitionNode, number>();
  private readonly compiled = new QuickLRU<OperationDefinitionNode, Compiled | typeof NOT_TO_COMPILE>({
    maxSize: MAX_COMPILED,
  });

  private readonly answers = new KnownAnswers();
  private schema: GraphQLSchema | undefined;

  private loading: Promise<Compiler | undefined> | undefined;

  /**
   * The schema is built when the first is compiled: the start does not wait for it. Where the compiler cannot be loaded, which is told
   * once, everything is graphql-js's.
   */
  constructor(
    private readonly buildSchema: () => GraphQLSchema,
    private readonly onMissing: (error: Error) => void,
    private readonly load: () => Promise<Compiler> = () => import('graphql-jit'),
  ) {}

  /**
   * The data; undefined where graphql-js has to find it: the document is new, or not one to compile, or something in it fails.
   * What fails is told by graphql-js alone, in its words; what has been loaded for this request is not loaded again.
   */
  async data(asked: Asked): Promise<ExecutionResult['data'] | KnownData> {
    const compiled = this.compiled.get(asked.operation) ?? (await this.compiledWhenSeen(asked));
    if (compiled === NOT_TO_COMPILE) return undefined;
    const { operation, context, variables = {} } = asked;
    const execute = async () => {
      const { data, errors } = await compiled.run(undefined, context, variables);
      return errors === undefined ? data : undefined;
    };
    return compiled.isReadFromOneField ? this.answers.through(operation, context, execute) : execute();
  }

  /** With the first document that is compiled: the start does not wait for it. */
  private compiler(): Promise<Compiler | undefined> {
    this.loading ??= this.load().catch((error: Error) => {
      this.onMissing(error);
      return undefined;
    });
    return this.loading;
  }

  private async compiledWhenSeen({ document, operation }: Asked): Promise<Compiled | typeof NOT_TO_COMPILE> {
    const seen = (this.seen.get(operation) ?? 0) + 1;
    this.seen.set(operation, seen);
    if (seen < COMPILED_WHEN_SEEN) return NOT_TO_COMPILE;
    const compiler = await this.compiler();
    if (compiler === undefined) return NOT_TO_COMPILE;
    // Another request may have done it meanwhile.
    const known = this.compiled.get(operation);
    if (known !== undefined) return known;
    this.schema ??= this.answers.watch(this.buildSchema());
    const compiled = compile(compiler, this.schema, document, operation);
    this.compiled.set(operation, compiled);
    return compiled;
  }
}

function compile(
  { compileQuery, isCompiledQuery }: Compiler,
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Compiled | typeof NOT_TO_COMPILE {
  if (!isCompilable(schema, document, operation)) return NOT_TO_COMPILE;
  const made = compileQuery(schema, document, operation.name?.value ?? '', { disablingCapturingStackErrors: true });
  if (!isCompiledQuery(made)) return NOT_TO_COMPILE;
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  return { run: made.query, isReadFromOneField: isReadFromOneField(schema, operation, byName) };
}
