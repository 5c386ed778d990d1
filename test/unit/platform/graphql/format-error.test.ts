import { unwrapResolverError } from '@apollo/server/errors';
import { buildSchema, execute, GraphQLError, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { codeOf, formatError, limitErrors, withoutSuggestion } from '../../../../src/platform/graphql/format-error.ts';

const schema = buildSchema(`
  enum Status { PAID OPEN }
  type Query { order(id: ID!, status: [Status!], first: Int! = 20): Order broken: Int! odd: Status list: [Int] }
  type Order { id: ID total(round: Boolean! = true): Int }
`);
const rootValue = { order: { id: '1', total: 5 }, broken: null, odd: 'NONE', list: 7 };

async function errorsOf(source: string, variableValues: Record<string, unknown> = {}) {
  const document = parse(source);
  expect(validate(schema, document)).toEqual([]);
  const { errors = [] } = await execute({ schema, document, rootValue, variableValues });
  return errors;
}

describe('the code of an error', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['null in a condition', 'query ($b: Boolean = true) { order(id: 1) @include(if: $b) { id } }', { b: null }],
    ['null in a condition below', 'query ($b: Boolean = true) { order(id: 1) { id @skip(if: $b) } }', { b: null }],
    ['null for an id', 'query ($id: ID = 1) { order(id: $id) { id } }', { id: null }],
    ['null for a number with a default', 'query ($n: Int) { order(id: 1, first: $n) { id } }', { n: null }],
    ['null below the root', 'query ($b: Boolean) { order(id: 1) { total(round: $b) } }', { b: null }],
    ['null in a list', 'query ($s: Status = PAID) { order(id: 1, status: [$s]) { id } }', { s: null }],
  ])('is the caller’s for %s', async (_what, source, variables) => {
    const errors = await errorsOf(source, variables);
    expect(errors.map(codeOf)).toEqual(['BAD_USER_INPUT']);
  });

  test('is the caller’s when more variables do not fit than graphql-js lists, the last word included', async () => {
    const source = 'query ($s: [Status!]) { order(id: 1, status: $s) { id } }';
    const errors = await errorsOf(source, { s: Array.from({ length: 60 }, () => 'NONE') });
    const [last] = errors.slice(-1);
    expect(errors).toHaveLength(51);
    expect(codeOf(last)).toBe('BAD_USER_INPUT');
  });

  test.each(['{ broken }', '{ odd }', '{ list }'])('is ours when our answer is wrong: %s', async (source) => {
    expect((await errorsOf(source)).map(codeOf)).toEqual(['INTERNAL_SERVER_ERROR']);
  });

  test("is the resolver's own, and ours without one", () => {
    const coded = new GraphQLError('no', { extensions: { code: 'FORBIDDEN' } });
    const located = new GraphQLError('no', { path: ['a'], originalError: coded });
    expect([coded, located, new GraphQLError('no'), new Error('no'), 'no', undefined].map(codeOf)).toEqual([
      'FORBIDDEN',
      'FORBIDDEN',
      ...Array.from({ length: 4 }, () => 'INTERNAL_SERVER_ERROR'),
    ]);
    expect(unwrapResolverError(located)).toBe(coded);
  });
});

test('an error of ours keeps its place, and loses its message and everything else', () => {
  const formatted = {
    message: 'relation "secret" does not exist',
    locations: [{ line: 1, column: 3 }],
    path: ['a'],
    extensions: { code: 'INTERNAL_SERVER_ERROR', table: 'secret', stack: 'secret' },
  };
  expect(formatError(formatted, new Error('relation "secret" does not exist'))).toEqual({
    message: 'Something went wrong on our side. Name the correlationId when you report it.',
    locations: [{ line: 1, column: 3 }],
    path: ['a'],
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
});

describe('suggestions from the schema', () => {
  test.each([
    '{ ordr(id: 1) { id } }',
    '{ order(i: 1) { id } }',
    '{ order(id: 1, status: PAI) { id } }',
    '{ order(id: 1, status: "PAID") { id } }',
    '{ order(id: 1) }',
    'query ($s: Statu) { order(id: 1) { id } }',
    '{ order(id: 1) { ... on Ordr { id } } }',
  ])('are removed: %s', (source) => {
    const messages = validate(schema, parse(source)).map(({ message }) => message);
    expect(messages.join()).toContain('Did you mean');
    for (const message of messages) {
      const cut = withoutSuggestion(message);
      expect(cut).not.toContain('Did you mean');
      expect(message.startsWith(cut)).toBe(true);
      expect(cut.length).toBeGreaterThanOrEqual(20);
    }
  });

  test("are not removed from the caller's own text", () => {
    const written = 'Int cannot represent non-integer value: "What? Did you mean it?"';
    expect(withoutSuggestion(written)).toBe(written);
    expect(withoutSuggestion('Value "a Did you mean b" does not exist. Did you mean "c"?')).toBe(
      'Value "a Did you mean b" does not exist.',
    );
  });

  test.each(['?', '"', '?"'])(
    'are removed in linear time from a long text that is full of them and ends with %s',
    (end) => {
      const timeOf = (bytes: number) => {
        const message = ' Did you mean x'.repeat(bytes / 15) + end;
        const times = Array.from({ length: 9 }, () => {
          const startedAt = performance.now();
          for (let time = 0; time < 20; time += 1) withoutSuggestion(message);
          return performance.now() - startedAt;
        });
        return Math.min(...times) / 20;
      };
      // A quadratic one takes sixteen times as long, and 100 ms and more.
      expect(timeOf(64_000)).toBeLessThan(8 * timeOf(16_000) + 0.5);
      expect(timeOf(16_000)).toBeLessThan(1);
    },
  );
});

describe('the size of an error answer', () => {
  const misfit = (value: string, count: number) =>
    errorsOf('query ($s: [Status!]) { order(id: 1, status: $s) { id } }', {
      s: Array.from({ length: count }, () => value),
    });

  test('does not depend on the values that it quotes', async () => {
    // Apollo gives these their code.
    const errors = (await misfit('x'.repeat(2000), 60)).map(({ message }) => {
      const error = new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
      return formatError(error.toJSON(), error);
    });
    for (const { message } of errors.slice(0, 50)) {
      expect(message).toMatch(/^Variable "\$s" got invalid value "x+…$/);
      expect(message).toHaveLength(301);
    }
    expect(JSON.stringify(limitErrors(errors)).length).toBeLessThan(10_000);
  });

  test('is twenty errors and the number of the others, with their code', () => {
    const error = { message: 'no', extensions: { code: 'FORBIDDEN' } };
    const errors = Array.from({ length: 23 }, () => error);
    expect(limitErrors(errors)).toEqual([
      ...errors.slice(0, 20),
      { message: '3 more errors are left out.', extensions: { code: 'FORBIDDEN' } },
    ]);
    expect(limitErrors(errors.slice(0, 20))).toEqual(errors.slice(0, 20));
  });

  test('does not grow with the places of a field', () => {
    const locations = Array.from({ length: 300 }, (_, index) => ({ line: 1, column: index + 1 }));
    const error = new GraphQLError('no', { extensions: { code: 'FORBIDDEN' } });
    expect(formatError({ message: 'no', locations }, error).locations).toEqual(locations.slice(0, 5));
  });
});
