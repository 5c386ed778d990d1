import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createErrorStatus, prefersGraphqlResponse } from '../../../../src/platform/graphql/error-status.ts';

const GRAPHQL = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';

describe('an Accept header prefers application/graphql-response+json', () => {
  test.each<[string | undefined, boolean]>([
    [undefined, false],
    ['', false],
    ['*/*', false],
    ['application/*', false],
    [JSON_TYPE, false],
    [`${JSON_TYPE}; charset=utf-8`, false],
    [`${JSON_TYPE}, ${GRAPHQL}`, false],
    [`${JSON_TYPE}, */*`, false],
    [`${GRAPHQL};q=0.8, ${JSON_TYPE}`, false],
    [`${GRAPHQL};q=0.8, */*;q=0.9`, false],
    [`${GRAPHQL};q=0, ${JSON_TYPE}`, false],
    [`${GRAPHQL};q=0, */*`, false],
    ['text/html, image/*', false],
    [GRAPHQL, true],
    [`${GRAPHQL}; charset=utf-8`, true],
    [GRAPHQL.toUpperCase(), true],
    [`${GRAPHQL}, ${JSON_TYPE}`, true],
    // Apollo Client 4, urql 5, and Hive's gateway.
    [`${GRAPHQL},${JSON_TYPE};q=0.9`, true],
    [`${GRAPHQL}, application/graphql+json, ${JSON_TYPE}, text/event-stream, multipart/mixed`, true],
    [`${GRAPHQL}; charset=utf-8, ${JSON_TYPE}; charset=utf-8`, true],
    [`text/event-stream, ${GRAPHQL};q=0.1`, true],
    [`${JSON_TYPE};q=0.5, ${GRAPHQL};q=0.6, */*;q=0.4`, true],
    [`${JSON_TYPE};q=0.8, ${GRAPHQL}`, true],
    [`${GRAPHQL}, */*`, true],
  ])('%j: %j', (accept, preferred) => {
    expect(prefersGraphqlResponse(accept)).toBe(preferred);
  });

  test('if its weight is the larger one, whatever else is there and in whatever order', () => {
    const weight = fc.integer({ min: 1, max: 10 }).map((tenths) => tenths / 10);
    const others = fc.array(fc.constantFrom('text/html', 'image/png;q=0.9', 'text/event-stream', 'multipart/mixed'));
    fc.assert(
      fc.property(weight, weight, others, fc.boolean(), (json, graphql, rest, reversed) => {
        fc.pre(json !== graphql);
        const types = [...rest, `${JSON_TYPE};q=${json}`, `${GRAPHQL};q=${graphql}`];
        const accept = (reversed ? types.toReversed() : types).join(', ');
        expect(prefersGraphqlResponse(accept)).toBe(graphql > json);
      }),
    );
  });

  test('never by a header that is no list of media types', () => {
    fc.assert(
      fc.property(fc.string(), (accept) => {
        fc.pre(!accept.toLowerCase().includes(GRAPHQL));
        expect(prefersGraphqlResponse(accept)).toBe(false);
      }),
    );
  });
});

test('behind a gateway every refused operation answers 200', () => {
  const statusOf = createErrorStatus({ isBehindGateway: true });
  expect([statusOf(400, GRAPHQL), statusOf(401, JSON_TYPE), statusOf(429, undefined)]).toEqual([200, 200, 200]);
});

test('elsewhere it answers its own status to a caller that prefers it, and 200 to others', () => {
  const statusOf = createErrorStatus({ isBehindGateway: false });
  expect([statusOf(400, GRAPHQL), statusOf(401, JSON_TYPE), statusOf(429, undefined)]).toEqual([400, 200, 200]);
});
