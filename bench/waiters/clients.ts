import { type Agent, request as httpRequest } from 'node:http';
import type { Awaited } from './pending-order.ts';

const QUERY = `query ($id: ID!, $since: DateTime) { topupOrder(id: $id, changedSince: $since, waitSeconds: 25) { status changedAt } }`;
const STREAM = 'subscription ($id: ID!) { topupOrderChanged(id: $id) { status changedAt } }';

/** Sends a request that waits. Resolves with the end of its answer. */
export function ask(url: string, agent: Agent, { order, token }: Awaited, since: Date): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sent = httpRequest(`${url}/graphql`, { method: 'POST', agent, headers: headersOf(token) }, (response) => {
    response.resume().on('end', resolve).on('error', reject);
  });
  sent.on('error', reject).end(JSON.stringify({ query: QUERY, variables: { id: order.id, since } }));
  return promise;
}

/** Opens a stream of an order. `values` counts what came; the next one resolves `next()`. It ends with the agent. */
export function follow(url: string, agent: Agent, { order, token }: Awaited) {
  let values = 0;
  let arrived = Promise.withResolvers<void>();
  // Nobody waits for most streams when they end.
  arrived.promise.catch(() => undefined);
  const headers = { ...headersOf(token), accept: 'text/event-stream' };
  const sent = httpRequest(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
    response.setEncoding('utf8').on('data', (part: string) => {
      const came = part.split('event: next').length - 1;
      if (came === 0) return;
      values += came;
      arrived.resolve();
      arrived = Promise.withResolvers();
      arrived.promise.catch(() => undefined);
    });
    response.on('error', (error) => arrived.reject(error));
  });
  sent.on('error', (error) => arrived.reject(error));
  sent.end(JSON.stringify({ query: STREAM, variables: { id: order.id } }));
  return { next: () => arrived.promise, values: () => values };
}

const headersOf = (token: string) => ({ 'content-type': 'application/json', authorization: `Bearer ${token}` });
