import { gzipSync } from 'node:zlib';

export interface EventParts {
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

type Malformed = [name: string, write: (event: EventParts) => string | Buffer];

const text = (event: EventParts, data: Record<string, unknown> = {}) =>
  JSON.stringify({ ...event, data: { ...event.data, ...data } });

/** The event with this exact text as one member of `data`. */
const written = (member: string, as: string) => (event: EventParts) =>
  text(event, { [member]: '@@' }).replace('"@@"', () => as);

const amounts = [
  ...['[1000000]', '"1000000.5"', '1e6', '1E6', '1000000.5', '-0', '-1000000', '0.1e7', 'null', 'true', '{}'],
  ...[
    '{"value":1000000}',
    '9007199254740992',
    '9007199254740993',
    '9223372036854775808',
    `1${'0'.repeat(400)}`,
    '1e400',
  ],
  ...[
    '[]',
    '""',
    '"1e6"',
    '01000000',
    '+1000000',
    '1_000_000',
    '0x0f4240',
    'NaN',
    'Infinity',
    '1000000n',
    '.5',
    '1.',
    '',
  ],
].map((as): Malformed => [`an amount written ${as.slice(0, 24)}`, written('amount', as)]);

const labels = ['invoice_id', 'external_id', 'currency', 'payment_method'].flatMap((member) =>
  [
    '1',
    '["x"]',
    '{}',
    'true',
    '""',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\u001b[2J"',
    '"a\\nb"',
    '"\\u202eb"',
    `"${'x'.repeat(201)}"`,
  ].map((as): Malformed => [`${member} written ${as.slice(0, 24)}`, written(member, as)]),
);

const days = [
  ...['0', '1764000000', '[]', '""', '"yesterday"', '"2026-11-23"', '"2026-02-30T00:00:00Z"', '"2026-11-23T25:00:00Z"'],
  ...['"0000-01-01T00:00:00Z"', '"0001-01-01T00:00:00Z"', '"-000001-01-01T00:00:00Z"', '"2026-11-23T10:00:00Z\\u0000"'],
].map((as): Malformed => [`paid_at written ${as}`, written('paid_at', as)]);

const twice: Malformed[] = [
  ['an amount that is there twice', written('amount', '1000000,"amount":1')],
  ['an amount that is there twice, the same', written('amount', '1000000,"amount":1000000')],
  ['an amount whose second name is escaped', written('amount', '1,"\\u0061mount":1000000')],
  ['an order number that is there twice', written('payment_method', '"va_bni","external_id":"TU-1"')],
  ['a type that is there twice', (event) => text(event).replace('{', '{"type":"invoice.failed",')],
  ['data that is there twice', (event) => text(event).replace('{', '{"data":{},')],
  ['a member twice, deep inside what we do not know', (event) => text(event).replace('{', '{"more":[{"a":1,"a":1}],')],
  ['a prototype that is there twice', (event) => text(event).replace('{', '{"__proto__":{},"__proto__":{},')],
];

const shapes: Malformed[] = [
  ['an empty body', () => ''],
  ['spaces', () => ' \r\n'],
  ['half of an event', (event) => text(event).slice(0, -20)],
  ['two events', (event) => text(event) + text(event)],
  ['a list of events', (event) => `[${text(event)}]`],
  ['a string that holds an event', (event) => JSON.stringify(text(event))],
  ['null', () => 'null'],
  ['a number', () => '1000000'],
  ['a comma too many', (event) => `${text(event).slice(0, -1)},}`],
  ['quotes of another kind', (event) => text(event).replaceAll('"', "'")],
  ['a comment', (event) => `/* */${text(event)}`],
  ['no type', ({ data }) => JSON.stringify({ data })],
  ['no data', ({ type }) => JSON.stringify({ type })],
  ['an empty object', () => '{}'],
  ...['""', '"invoice.paid\\n"', 'null', '["invoice.paid"]', '1'].map(
    (as): Malformed => [`a type written ${as}`, (event) => text(event).replace('"invoice.paid"', as)],
  ),
  ...['null', '[]', '"data"', '{}'].map(
    (as): Malformed => [`data written ${as}`, ({ type }) => `{"type":"${type}","data":${as}}`],
  ),
  ...['invoice_id', 'external_id', 'amount', 'currency'].map(
    (member): Malformed => [`no ${member}`, (event) => text(event, { [member]: undefined })],
  ),
  ['data that is a prototype', (event) => `{"type":"invoice.paid","__proto__":{"data":${JSON.stringify(event.data)}}}`],
  ['members of a prototype', ({ data }) => `{"type":"invoice.paid","data":{"__proto__":${JSON.stringify(data)}}}`],
  ['60,000 lists in each other', () => '['.repeat(60_000)],
  ['30,000 whole lists in each other', () => '['.repeat(30_000) + ']'.repeat(30_000)],
  ['10,000 objects in each other', () => '{"a":'.repeat(10_000)],
  ['a depth that no event has', (event) => text(event).replace('{', `{"more":${'['.repeat(40)}${']'.repeat(40)},`)],
  ['an invalid escape', written('payment_method', '"\\x41"')],
  ['a line break within a string', written('payment_method', '"a\nb"')],
  ['a string without an end', () => `{"type":"${'\\"'.repeat(30_000)}`],
  ['60 KB of an order number', written('external_id', `"${'T'.repeat(60_000)}"`)],
  ['60 KB of digits', written('amount', '9'.repeat(60_000))],
];

const withByte = (bytes: number[]) => (event: EventParts) => {
  const [before = '', after = ''] = text(event, { payment_method: '@@' }).split('@@');
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
};

const bytes: Malformed[] = [
  ['a byte that is no UTF-8', withByte([0xff])],
  ['half a character', withByte([0xe2, 0x82])],
  ['a slash written too long', withByte([0xc0, 0xaf])],
  ['a surrogate as UTF-8', withByte([0xed, 0xa0, 0x80])],
  ['a zero byte within', withByte([0])],
  ['zero bytes behind', (event) => `${text(event)}\0\0`],
  ['a byte order mark', (event) => `\uFEFF${text(event)}`],
  ['UTF-16', (event) => Buffer.from(text(event), 'utf16le')],
  ['compressed', (event) => gzipSync(text(event))],
];

/** Correctly signed bodies, each wrong in one way. */
export const MALFORMED: readonly Malformed[] = [...amounts, ...labels, ...days, ...twice, ...shapes, ...bytes];
