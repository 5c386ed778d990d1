import { expect, test } from 'vitest';
import { prefersStream } from '../../../../src/platform/server/stream-graph.ts';

test.each<[string | undefined, boolean]>([
  [undefined, false],
  ['*/*', false],
  ['text/*', false],
  ['application/json', false],
  ['application/graphql-response+json, application/json;q=0.9', false],
  // Apollo Client's, and urql's and Hive Gateway's for a query.
  ['application/graphql-response+json,application/json;q=0.9', false],
  [
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
    false,
  ],
  ['application/graphql-response+json, application/json, multipart/mixed', false],
  ['text/event-stream;q=0.5, application/json', false],
  ['text/event-stream;q=0', false],
  // graphql-sse's, Hive Gateway's and Cosmo's for a subscription; urql's; a router that takes multipart rather.
  ['text/event-stream', true],
  ['text/event-stream, multipart/mixed', true],
  ['multipart/mixed;subscriptionSpec="1.0", text/event-stream', true],
  ['text/event-stream, application/json', true],
])('Accept %j prefers an event stream: %j', (accept, preferred) => {
  expect(prefersStream(accept)).toBe(preferred);
});
