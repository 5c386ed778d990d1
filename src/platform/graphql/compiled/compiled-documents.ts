import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { CompiledQuery } from 'graphql-jit';
import QuickLRU from 'quick-lru';
import { containFailures, runContained } from './contain.ts';
import { isCompilable } from './is-compilable.ts';

/** Compiling costs some dozens of executions and blocks the event loop, so a document must come this often first. */
const COMPILE_AT = 20;
/** Counted and compiled documents. A compiled one takes some ten kilobytes; a frontend and a gateway send dozens. */
const MAX_DOCUMENTS = 250;

interface CountedDocument {
  count: number;
  /** undefined below the count; null if graphql-js answers the document from now on. */
  compiled: CompiledQuery['query'] | null | undefined;
}

export interface OperationToAnswer {
  /** Identifies the document's text, such as its hash. */
  text: string;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown> | undefined;
  context: object;
}

export interface CompiledDocumentsOptions {
  /** Builds a schema that nobody else executes. Called at the first compilation, so the start does not wait for it. */
  buildSchema: () => GraphQLSchema;
  /** Called once if the compiler does not load. graphql-js then answers everything. */
  onMissing: (error: Error) => void;
  /** Called once for a document whose compiled form threw. graphql-js answers it from now on. */
  onFailure: (error: unknown) => void;
  /** The count at which a document is compiled. */
  compileAt?: number;
  load?: () => Promise<typeof import('graphql-jit')>;
}

/** Answers frequent queries by functions compiled from their documents (docs/decisions/0048). */
export class CompiledDocuments {
  private readonly documents = new QuickLRU<string, CountedDocument>({ maxSize: MAX_DOCUMENTS });
  private compiler: Promise<Compile | undefined> | undefined;

  constructor(private readonly options: CompiledDocumentsOptions) {}

  /**
   * Resolves to the data; to undefined if graphql-js must answer, because the document is rare, cannot be compiled, or meets an
   * error: graphql-js builds every error. It then finds loaded rows in the request's loaders. Never rejects.
   */
  async data(request: OperationToAnswer): Promise<ExecutionResult['data']> {
    const document = this.countedDocument(request);
    if (document.count < (this.options.compileAt ?? COMPILE_AT)) return undefined;
    if (document.compiled === undefined) {
      const compile = await this.loadedCompiler();
      // Another request may have compiled it meanwhile.
      document.compiled ??= compile?.(request) ?? null;
    }
    if (document.compiled === null) return undefined;
    try {
      const { data, errors } = await runContained(document.compiled, request.context, request.variables ?? {});
      return errors === undefined ? data : undefined;
    } catch (error) {
      if (document.compiled !== null) this.options.onFailure(error);
      document.compiled = null;
      return undefined;
    }
  }

  private countedDocument({ text, operation }: OperationToAnswer): CountedDocument {
    const key = `${text} ${operation.name?.value ?? ''}`;
    const document = this.documents.get(key) ?? { count: 0, compiled: undefined };
    if (document.count === 0) this.documents.set(key, document);
    document.count += 1;
    return document;
  }

  private loadedCompiler(): Promise<Compile | undefined> {
    const { load = () => import('graphql-jit'), buildSchema, onMissing } = this.options;
    this.compiler ??= load()
      .then((jit) => compilerOf(jit, containFailures(buildSchema())))
      .catch((error: Error) => {
        onMissing(error);
        return undefined;
      });
    return this.compiler;
  }
}

type Compile = (request: Pick<OperationToAnswer, 'document' | 'operation'>) => CompiledQuery['query'] | undefined;

function compilerOf({ compileQuery, isCompiledQuery }: typeof import('graphql-jit'), schema: GraphQLSchema): Compile {
  return ({ document, operation }) => {
    if (!isCompilable(schema, document, operation)) return undefined;
    const compiled = compileQuery(schema, document, operation.name?.value ?? '', {
      disablingCapturingStackErrors: true,
    });
    return isCompiledQuery(compiled) ? compiled.query : undefined;
  };
}
