import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import { createClient } from 'graphql-sse';

/** A value of a stream, as a client gets it. */
export interface StreamEvent {
  // biome-ignore lint/suspicious/noExplicitAny: an ad-hoc subscription has no type of its own
  data?: any;
  errors?: readonly GraphQLFormattedError[];
}

/** Subscribes with graphql-sse's client. Its iterator ends with the stream; `return()` leaves it. */
export function subscribe(
  url: string,
  token: string,
  query: string,
  variables: Record<string, unknown> = {},
): AsyncIterableIterator<StreamEvent> {
  const client = createClient({
    url: `${url}/graphql`,
    retryAttempts: 0,
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
  });
  return client.iterate({
    query,
    variables,
  }) as AsyncIterableIterator<ExecutionResult> as AsyncIterableIterator<StreamEvent>;
}

/** The next event of a stream that goes on. */
export async function next(stream: AsyncIterableIterator<StreamEvent>): Promise<StreamEvent> {
  const { value, done } = await stream.next();
  if (done) throw new Error('the stream has ended');
  return value;
}

/** All events of a stream that ends. */
export async function eventsOf(stream: AsyncIterableIterator<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}
