import { type GraphQLScalarType, getNamedType, isInputObjectType, isObjectType, parseValue } from 'graphql';
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../../../../src/app/graph.ts';
import type { Services } from '../../../../src/app/services.ts';
import {
  DateScalar,
  DateTimeScalar,
  DecimalScalar,
  SignedDecimalScalar,
  URLScalar,
} from '../../../../src/platform/graphql/scalars.ts';

const literally = (scalar: GraphQLScalarType, literal: string) => scalar.parseLiteral(parseValue(literal));

describe('Decimal', () => {
  test.each([
    ['"0"', 0n],
    ['"1000000"', 1_000_000n],
    ['1000000', 1_000_000n],
    ['1000000.00', 1_000_000n],
    [`"${'9'.repeat(30)}"`, BigInt('9'.repeat(30))],
  ])('accepts the literal %s', (literal, expected) => {
    expect(literally(DecimalScalar, literal)).toBe(expected);
  });

  test.each([0, 1, Number.MAX_SAFE_INTEGER])('accepts the JSON number %s', (value) => {
    expect(DecimalScalar.parseValue(value)).toBe(BigInt(value));
  });

  test.each([-1, 1.5, 2 ** 53, '', '-1', '1.0', ' 1', '1e3', '9'.repeat(31), true, null, {}])(
    'refuses %j as bad input',
    (value) => {
      expect(() => DecimalScalar.parseValue(value)).toThrow('Decimal is a string of digits');
    },
  );

  test.each(['1.5', '1e3', '-1.0', '"1.0"', 'true', 'null', 'ONE', '[1]', '{a: 1}', '"x"'])(
    'refuses the literal %s as bad input, and names it',
    (literal) => {
      const message = `Decimal is a string of digits such as "1000000", or a whole JSON number that is exact; got ${literal}.`;
      expect(() => literally(DecimalScalar, literal)).toThrow(message);
    },
  );

  test('represents a bigint that is not negative', () => {
    expect(DecimalScalar.serialize(12n)).toBe('12');
    for (const odd of [-1n, 1, '1', null]) expect(() => DecimalScalar.serialize(odd)).toThrow('Decimal can only');
  });
});

test('DateTime represents a Date, Date a calendar date, URL a text', () => {
  expect(DateTimeScalar.serialize(new Date(Date.UTC(2026, 10, 22, 3, 4, 5, 678)))).toBe('2026-11-22T03:04:05.678Z');
  expect(DateScalar.serialize('2026-11-23')).toBe('2026-11-23');
  expect(URLScalar.serialize('https://pay.example.test/i/1')).toBe('https://pay.example.test/i/1');
  expect(() => DateTimeScalar.serialize('2026-11-22T03:04:05.678Z')).toThrow('DateTime can only');
  expect(() => DateTimeScalar.serialize(new Date(Number.NaN))).toThrow(RangeError);
  expect(() => DateScalar.serialize('2026-11-23T00:00:00Z')).toThrow('Date can only');
  expect(() => URLScalar.serialize(new URL('https://pay.example.test'))).toThrow('URL can only');
});

test('SignedDecimal represents a bigint of either sign', () => {
  expect([-500n, 0n, 10n ** 20n].map((value) => SignedDecimalScalar.serialize(value))).toEqual([
    '-500',
    '0',
    '100000000000000000000',
  ]);
  for (const odd of [1, '1', null]) expect(() => SignedDecimalScalar.serialize(odd)).toThrow('SignedDecimal can only');
});

describe('DateTime in a request', () => {
  test.each([
    ['2026-11-22T03:04:05.678Z', '2026-11-22T03:04:05.678Z'],
    ['2026-11-22t10:04:05+07:00', '2026-11-22T03:04:05.000Z'],
    ['2026-11-22T03:04:05.678999Z', '2026-11-22T03:04:05.678Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(DateTimeScalar.parseValue(text).toISOString()).toBe(expected);
    expect(literally(DateTimeScalar, JSON.stringify(text))).toEqual(new Date(expected));
  });

  test.each([
    '',
    'yesterday',
    '2026-11-22',
    '2026-11-22T03:04:05',
    '2026-02-30T00:00:00Z',
    '2026-11-22T24:00:00Z',
    5,
    null,
    {},
  ])('refuses %j as bad input', (value) => {
    expect(() => DateTimeScalar.parseValue(value)).toThrow('DateTime is an instant in RFC 3339 with its offset');
  });
});

describe('an output-only scalar', () => {
  const outputOnly = [SignedDecimalScalar, DateScalar, URLScalar];

  test.each(outputOnly)('(%s) refuses every value and literal', (scalar) => {
    const refusal = expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } });
    expect(() => scalar.parseValue('2026-11-23T00:00:00Z')).toThrow(refusal);
    expect(() => literally(scalar, '"2026-11-23"')).toThrow(refusal);
  });

  test('appears in no argument and no input of the schema', () => {
    const types = Object.values(buildGraph({} as Services).schema.getTypeMap());
    const inputs = types.flatMap((type) => {
      if (isInputObjectType(type)) return Object.values(type.getFields());
      return isObjectType(type) ? Object.values(type.getFields()).flatMap(({ args }) => args) : [];
    });
    const taken = new Set(inputs.map(({ type }) => getNamedType(type).name));
    expect(outputOnly.filter(({ name }) => taken.has(name))).toEqual([]);
    expect(taken).toContain('Decimal');
  });
});
