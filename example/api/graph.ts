import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type TopupLanguage, TopupOrderDocument } from './documents.ts';
import { type Problem, problemsOf } from './problems.ts';
import { send } from './send.ts';
import type { Order } from './types.ts';

export interface Answer<Data> {
  /** Undefined without an answer. Fields that failed are null. */
  data: Data | undefined;
  problems: Problem[];
}

/** The last good answer of a query. */
export interface Remembered<Data> {
  data: Data;
  receivedAt: number;
}

/** One organization's graph. Its answers are remembered here, so that no organization sees another's. */
export interface Graph {
  organizationId: string;
  token: string;
  read<Data, V>(document: TypedDocumentNode<Data, V>, variables: V): Promise<Answer<Data>>;
  /** Sends a mutation, or a query whose answer is not to be remembered. The signal gives it up. */
  ask<Data, V>(document: TypedDocumentNode<Data, V>, variables: V, signal?: AbortSignal): Promise<Answer<Data>>;
  remembered<Data, V>(document: TypedDocumentNode<Data, V>, variables: V): Remembered<Data> | undefined;
  /** Remembers an order that came with another answer, so that its page shows it at once. */
  rememberOrder(order: Order, language: TopupLanguage): void;
}

export function createGraph(organizationId: string, token: string): Graph {
  const answers = new Map<string, Remembered<unknown>>();
  const remember = (key: string, data: unknown) => answers.set(key, { data, receivedAt: Date.now() });

  async function ask<Data, V>(document: TypedDocumentNode<Data, V>, variables: V, signal?: AbortSignal) {
    const sent = await send(token, document, variables, signal);
    return { data: sent.body?.data ?? undefined, problems: problemsOf(sent) };
  }

  return {
    organizationId,
    token,
    async read(document, variables) {
      const answer = await ask(document, variables);
      if (answer.data && answer.problems.length === 0) remember(keyOf(document, variables), answer.data);
      return answer;
    },
    ask,
    remembered<Data, V>(document: TypedDocumentNode<Data, V>, variables: V) {
      return answers.get(keyOf(document, variables)) as Remembered<Data> | undefined;
    },
    rememberOrder: (order, language) =>
      void remember(keyOf(TopupOrderDocument, { id: order.id, language }), { topupOrder: order }),
  };
}

const names = new Map<unknown, number>();

/** Documents are constants, so that their order of appearance names them. */
function keyOf(document: unknown, variables: unknown): string {
  const name = names.get(document) ?? names.size;
  names.set(document, name);
  return `${name} ${JSON.stringify(variables)}`;
}
