import { type ApolloClient, HttpLink } from '@apollo/client';
import { createClient } from './apollo.ts';
import type { Request } from './load.ts';

/**
 * The request of the bench's Apollo Client for an operation: its text with `__typename` where Apollo Client adds it, its variables, and its
 * headers. Nothing leaves this process.
 */
export async function asSent(token: string, ask: (client: ApolloClient) => Promise<unknown>): Promise<Request> {
  let sent: RequestInit | undefined;
  const client = createClient(token);
  client.setLink(
    new HttpLink({
      uri: '/graphql',
      async fetch(_uri, init) {
        sent = init;
        throw new Error('noted, and not sent');
      },
    }),
  );
  await ask(client).catch(() => undefined);
  client.stop();
  if (typeof sent?.body !== 'string') throw new Error('the client sent nothing');
  return { headers: withToken(sent.headers as Record<string, string>, token), body: sent.body };
}

export const withToken = (headers: Record<string, string>, token: string) => ({
  ...headers,
  authorization: `Bearer ${token}`,
});
