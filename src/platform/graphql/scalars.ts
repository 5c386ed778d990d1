import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode } from 'graphql';
import { isCalendarDate } from '../../kernel/jakarta.ts';

const MAX_DIGITS = 30;

function toDecimal(value: unknown, written = describe(value)): bigint {
  if (typeof value === 'string' && /^\d+$/.test(value) && value.length <= MAX_DIGITS) return BigInt(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  throw new GraphQLError(
    `Decimal is a string of digits such as "1000000", or a whole JSON number that is exact; got ${written}.`,
    { extensions: { code: 'BAD_USER_INPUT' } },
  );
}

const describe = (value: unknown) =>
  ['string', 'number', 'boolean'].includes(typeof value) ? JSON.stringify(value).slice(0, 40) : `a ${typeof value}`;
const describeLiteral = (node: ValueNode) => print(node).slice(0, 40);

/** A whole number, not negative, of up to MAX_DIGITS digits: a bigint in code, a string of digits in requests and answers. */
export const DecimalScalar = new GraphQLScalarType<bigint, string>({
  name: 'Decimal',
  specifiedByURL: 'https://www.w3.org/TR/xmlschema11-2/#nonNegativeInteger',
  description:
    'A whole number, not negative, as a JSON string of digits, e.g. `"1000000"`, because amounts exceed a GraphQL Int and an exact float. An input may also be a whole JSON number that is exact.',
  serialize(value) {
    if (typeof value === 'bigint' && value >= 0n) return value.toString();
    throw new TypeError('Decimal can only stand for a bigint that is not negative');
  },
  parseValue: toDecimal,
  parseLiteral(node) {
    if (node.kind === Kind.STRING) return toDecimal(node.value);
    if (node.kind === Kind.INT) return toDecimal(node.value);
    // As in JSON, 500.0 is whole.
    if (node.kind === Kind.FLOAT) return toDecimal(node.value.replace(/\.0+$/, ''), describeLiteral(node));
    return toDecimal(undefined, describeLiteral(node));
  },
});

/** A scalar that no input of the schema takes: every value of it in a request is refused. */
function outputOnly<Internal>(
  name: string,
  specifiedByURL: string,
  description: string,
  serialize: (value: unknown) => string,
) {
  return new GraphQLScalarType<Internal, string>({
    name,
    specifiedByURL,
    description,
    serialize,
    parseValue() {
      throw new GraphQLError(`${name} is not an input type.`, { extensions: { code: 'BAD_USER_INPUT' } });
    },
  });
}

/** A whole number of either sign: a bigint in code, a string of digits in answers. */
export const SignedDecimalScalar = outputOnly<bigint>(
  'SignedDecimal',
  'https://www.w3.org/TR/xmlschema11-2/#integer',
  'A whole number that may be negative, as a JSON string of digits, e.g. `"-500"`.',
  (value) => {
    if (typeof value === 'bigint') return value.toString();
    throw new TypeError('SignedDecimal can only stand for a bigint');
  },
);

const INSTANT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

function toInstant(value: unknown, written = describe(value)): Date {
  const [text, date = ''] = (typeof value === 'string' && INSTANT.exec(value)) || [];
  // Date would read the 30th of February as a day in March.
  if (text !== undefined && isCalendarDate(date)) return new Date(text);
  throw new GraphQLError(
    `DateTime is an instant in RFC 3339 with its offset, such as "2026-11-22T03:04:05.678Z"; got ${written}.`,
    { extensions: { code: 'BAD_USER_INPUT' } },
  );
}

/** A Date in code, RFC 3339 in UTC in answers. An input may have another offset; less than a millisecond is cut off. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  description: 'An instant in RFC 3339, in UTC, e.g. `"2026-11-22T03:04:05.678Z"`.',
  serialize(value) {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError('DateTime can only stand for a Date');
  },
  parseValue: toInstant,
  parseLiteral: (node) => toInstant(node.kind === Kind.STRING ? node.value : undefined, describeLiteral(node)),
});

/** Serializes a string unchanged, because a calendar date has no time zone. */
export const DateScalar = outputOnly<string>(
  'Date',
  'https://scalars.graphql.org/andimarek/local-date',
  'A calendar date, `YYYY-MM-DD`.',
  (value) => {
    if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) return value;
    throw new TypeError('Date can only stand for a YYYY-MM-DD string');
  },
);

/** Serializes a string unchanged: clients/mekari-pay/payment-url.ts validates each URL when it arrives. */
export const URLScalar = outputOnly<string>('URL', 'https://url.spec.whatwg.org/', 'An absolute URL.', (value) => {
  if (typeof value === 'string') return value;
  throw new TypeError('URL can only stand for a string');
});
