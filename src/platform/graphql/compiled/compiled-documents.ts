import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { CompiledQuery } from 'graphql-jit';
import QuickLRU from 'quick-lru';
import { containFailures, runContained } from './contain.ts';
import { isCompilable } from './is-compilable.ts';

/** Compiling takes as long as some dozens of executions and blocks everybody, so a made-up document has to pay for it first. */
const COMPILE_AT = 20;
/** Documents that are counted or compiled. A compiled one takes some ten kilobytes; a frontend and a gateway send dozens. */
const MAX_DOCUMENTS = 250;

interface CountedDocument {
  count: number;
  /** undefined until it has come often enough; null if graphql-js is to answer it from now on. */
  compiled: CompiledQuery['query'] | null | undefined;
}

export interface OperationToAnswer {
  /** Stands for the document's text: the same for the same text, such as its hash. */
  text: string;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown> | undefined;
  context: object;
}

export interface CompiledDocumentsOptions {
  /** A schema that nobody else executes. It is built with the first document that is compiled, so the start does not wait for it. */
  buildSchema: () => GraphQLSchema;
  /** Called once if the compiler cannot be loaded: graphql-js answers everything. */
  onMissing: (error: Error) => void;
  /** Called once for a document whose compiled form threw: graphql-js answers it from now on. */
  onFailure: (error: unknown) => void;
  /** The count at which a document is compiled, and answered compiled. */
  compileAt?: number;
  load?: () => Promise<typeof import('graphql-jit')>;
}

/** Answers queries that come again and again by functions compiled from their documents (docs/decisions/0048). */
export class CompiledDocuments {
  private readonly documents = new QuickLRU<string, CountedDocument>({ maxSize: MAX_DOCUMENTS });
  private compiler: Promise<Compile | undefined> | undefined;

  constructor(private readonly options: CompiledDocumentsOptions) {}

  /**
   * The data; undefined where graphql-js has to answer: the document has not come often enough, cannot be compiled, or meets an error.
   * So errors have one author. graphql-js then reads from the request's loaders what has been loaded already. Never rejects.
   */
  async data(asked: OperationToAnswer): Promise<ExecutionResult['data']> {
    const document = this.countedDocument(asked);
    if (document.count < (this.options.compileAt ?? COMPILE_AT)) return undefined;
    if (document.compiled === undefined) {
      const compile = await this.loadedCompiler();
      // Another request may have compiled it meanwhile.
      document.compiled ??= compile?.(asked) ?? null;
    }
    if (document.compiled === null) return undefined;
    try {
      const { data, errors } = await runContained(document.compiled, asked.context, asked.variables ?? {});
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

type Compile = (asked: Pick<OperationToAnswer, 'document' | 'operation'>) => CompiledQuery['query'] | undefined;

function compilerOf({ compileQuery, isCompiledQuery }: typeof import('graphql-jit'), schema: GraphQLSchema): Compile {
  return ({ document, operation }) => {
    if (!isCompilable(schema, document, operation)) return undefined;
    const compiled = compileQuery(schema, document, operation.name?.value ?? '', {
      disablingCapturingStackErrors: true,
    });
    return isCompiledQuery(compiled) ? compiled.query : undefined;
  };
}
