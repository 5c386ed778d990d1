import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { isCalendarDate } from '../../../../src/kernel/jakarta.ts';

const MAX_DIGITS = 30;

function toDecimal(value: unknown): bigint {
  if (typeof value === 'string' && /^\d+$/.test(value) && value.length <= MAX_DIGITS) return BigInt(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  throw new GraphQLError(
    `Decimal is a string of digits such as "1000000", or a whole JSON number that is exact; got ${describe(value)}.`,
    { extensions: { code: 'BAD_USER_INPUT' } },
  );
}

const describe = (value: unknown) =>
  ['string', 'number', 'boolean'].includes(typeof value) ? JSON.stringify(value).slice(0, 40) : `a ${typeof value}`;

/** As at 7376654. Whole, not negative, of any size: a bigint inside, a string of digits outside. */
export const DecimalScalar = new GraphQLScalarType<bigint, string>({
  name: 'Decimal',
  description:
    'A whole number, not negative, as a JSON string of digits, e.g. `"1000000"`: amounts pass what a GraphQL Int and a float can hold. As input a whole JSON number that is exact is accepted too.',
  serialize(value) {
    if (typeof value === 'bigint' && value >= 0n) return value.toString();
    throw new TypeError('Decimal can only stand for a bigint that is not negative');
  },
  parseValue: toDecimal,
  parseLiteral(node) {
    if (node.kind === Kind.STRING) return toDecimal(node.value);
    if (node.kind === Kind.INT) return toDecimal(node.value);
    return toDecimal(undefined);
  },
});

/** RFC 3339 in UTC, a Date inside. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'An instant in RFC 3339, in UTC, e.g. `"2026-11-22T03:04:05.678Z"`.',
  serialize(value) {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError('DateTime can only stand for a Date');
  },
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});

function parseInstant(value: unknown): Date {
  const parsed =
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/.test(value) ? Date.parse(value) : NaN;
  if (!Number.isNaN(parsed)) return new Date(parsed);
  throw new GraphQLError('DateTime is RFC 3339 with an offset, e.g. "2026-11-22T03:04:05Z".', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

/** YYYY-MM-DD, a string inside: a calendar date has no time zone to lose. */
export const DateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  description: 'A calendar date, `YYYY-MM-DD`.',
  serialize(value) {
    if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) return value;
    throw new TypeError('Date can only stand for a YYYY-MM-DD string');
  },
  parseValue(value) {
    if (typeof value === 'string' && isCalendarDate(value)) return value;
    throw new GraphQLError('Date is a calendar date, YYYY-MM-DD.', { extensions: { code: 'BAD_USER_INPUT' } });
  },
});

export const URLScalar = new GraphQLScalarType<string, string>({
  name: 'URL',
  description: 'An absolute URL.',
  serialize(value) {
    if (typeof value === 'string' && URL.canParse(value)) return value;
    throw new TypeError('URL can only stand for an absolute URL');
  },
  parseValue(value) {
    if (typeof value === 'string' && URL.canParse(value)) return value;
    throw new GraphQLError('URL is an absolute URL.', { extensions: { code: 'BAD_USER_INPUT' } });
  },
});
