import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExact, stringifyExact } from '../../../src/kernel/exact-json.ts';

describe('exact JSON', () => {
  test('brings a bigint back as a bigint, and a number as a number', () => {
    const back = parseExact(stringifyExact({ quantity: 9_007_199_254_740_993n, position: 3, list: [1n, 1] }));
    expect(back).toEqual({ quantity: 9_007_199_254_740_993n, position: 3, list: [1n, 1] });
  });

  test('leaves text that looks like a number alone', () => {
    expect(parseExact(stringifyExact({ period: '202611', quantity: -5n }))).toEqual({
      period: '202611',
      quantity: -5n,
    });
  });

  test('brings back whatever JSON and bigints can be built of', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.bigInt(),
        fc.array(tie('value')),
        fc.dictionary(
          fc.string().filter((key) => key !== '$bigint' && key !== '__proto__'),
          tie('value'),
          { noNullPrototype: true },
        ),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        expect(parseExact(stringifyExact(given))).toEqual(given);
      }),
    );
  });

  test.each(['', '{', 'undefined', '{"$bigint":"1.5"}'])('throws for %j, which is not of its making', (text) => {
    expect(() => parseExact(text)).toThrow(SyntaxError);
  });
});
