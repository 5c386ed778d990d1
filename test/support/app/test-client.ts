import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { exchanges } from '../runner/exchanges.ts';

export interface GraphqlAnswer<T> {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an ad-hoc query has no type of its own
  data: T extends undefined ? any : T;
  errors: readonly { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[] | undefined;
  correlationId: string | null;
}

export interface TestClient {
  token: string;
  /** The answer with any status and errors. */
  send<T = undefined, V = Record<string, unknown>>(
    document: TypedDocumentNode<T, V> | string,
    variables?: V,
    headers?: Record<string, string>,
  ): Promise<GraphqlAnswer<T>>;
  /** The data; a top-level error fails the test. */
  query<T = undefined, V = Record<string, unknown>>(
    document: TypedDocumentNode<T, V> | string,
    variables?: V,
  ): Promise<GraphqlAnswer<T>['data']>;
}

export function createTestClient(url: string, token: string): TestClient {
  async function send<T, V>(document: TypedDocumentNode<T, V> | string, variables?: V, headers = {}) {
    const query = typeof document === 'string' ? document : print(document);
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // As Apollo Client 4 does.
        accept: 'application/graphql-response+json,application/json;q=0.9',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const correlationId = response.headers.get('x-correlation-id');
    exchanges.push(
      `→ ${query.trim()} ${JSON.stringify(variables ?? {})}\n← ${response.status} ${correlationId} ${text}`,
    );
    const { data, errors } = JSON.parse(text);
    return { status: response.status, headers: response.headers, data, errors, correlationId };
  }
  return {
    token,
    send,
    async query(document, variables) {
      const answer = await send(document, variables);
      if (answer.errors !== undefined) throw new Error(`GraphQL errors: ${JSON.stringify(answer.errors)}`);
      return answer.data;
    },
  };
}
