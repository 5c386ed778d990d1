import type { TypedDocumentNode } from '@graphql-typed-document-node/core';

/** An answer by HTTP, or none: then `status` is undefined. `body` is undefined if it is no GraphQL. */
export interface Sent<Data> {
  status: number | undefined;
  body: { data?: Data | null; errors?: readonly GraphError[] } | undefined;
}

export interface GraphError {
  extensions?: Record<string, unknown>;
}

/** The build puts each document's text in its place (vite.config.ts). */
const textOf = (document: TypedDocumentNode<unknown, never>): string => document as unknown as string;

/** Sends an operation to `/graphql` of the page's origin, whose server forwards it. Never throws: a lost or broken answer is one without body. */
export async function send<Data, V>(
  token: string,
  document: TypedDocumentNode<Data, V>,
  variables: V,
  signal?: AbortSignal,
): Promise<Sent<Data>> {
  let status: number | undefined;
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json',
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query: textOf(document as TypedDocumentNode<unknown, never>), variables }),
      signal: signal ?? null,
    });
    status = response.status;
    const body: unknown = await response.json();
    const isGraphQL = typeof body === 'object' && body !== null && ('data' in body || 'errors' in body);
    return { status, body: isGraphQL ? (body as Sent<Data>['body']) : undefined };
  } catch {
    return { status, body: undefined };
  }
}
