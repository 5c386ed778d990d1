import { describe, expect, test } from 'vitest';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { blankSecrets, reasonOf, wordsOf } from '../../../src/platform/telemetry/reason.ts';

const failure = (message: string, members: object = {}) => Object.assign(new Error(message), members);
const ofDatabase = (message: string, code: string) => failure(message, { code, severity: 'ERROR', detail: 'secret' });

test.each<[unknown, string]>([
  [failure('no luck'), 'no luck'],
  [failure('', { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [failure(''), 'Error'],
  ['secret', 'something was thrown that is no error: string'],
  [undefined, 'something was thrown that is no error: undefined'],
  [ofDatabase('relation "feature_flags" does not exist', '42P01'), 'relation "feature_flags" does not exist'],
  [ofDatabase('invalid input syntax for type uuid: "se"cret"', '22P02'), 'invalid input syntax for type uuid: "…"'],
  [
    ofDatabase('value "secret" is out of range for type integer', '22003'),
    'value "…" is out of range for type integer',
  ],
  [
    new SyntaxError(`Unexpected token 's', "{"a":secret" is not valid JSON`),
    `Unexpected token 's', "…" is not valid JSON`,
  ],
  [failure(`The property 'a' is invalid. Received 'secret'`), `The property 'a' is invalid.`],
  [failure('one\n\u001b[31mline\r\n\tafter'), 'one [31mline after'],
  [failure('x'.repeat(400)), `${'x'.repeat(300)}…`],
])('the recorded reason holds no value of the error: %o', (error, written) => {
  expect(reasonOf(error)).toBe(written);
});

test('an operator reads all faults of a file, with their quotes, and no value of the database', () => {
  const faults = 'rows.json was not applied:\n  row 1, column input: expected one of "CHOICE"|"AMOUNT"';
  expect(wordsOf(failure(faults))).toBe(faults);
  expect(wordsOf(ofDatabase('invalid input syntax for type uuid: "secret"', '22P02'))).not.toContain('secret');
});

test.each([
  ['Bearer abcdefghijk123 was refused', 'Bearer [redacted] was refused'],
  ['eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl', '[token]'],
  ['whsec_c2VjcmV0c2VjcmV0 does not fit', '[secret] does not fit'],
  ['postgres://app:hunter2@db:5432/app', 'postgres://[redacted]@db:5432/app'],
  ['is not postgres://user:password@host:port/database', 'is not postgres://user:password@host:port/database'],
  ['redis://:hunter2@cache', 'redis://[redacted]@cache'],
  ['no mailbox <grace.hopper+1@buyer.example.test>', 'no mailbox <[address]>'],
  [
    'at file:///app/node_modules/@apollo/server/index.js:1:2',
    'at file:///app/node_modules/@apollo/server/index.js:1:2',
  ],
])('the secrets of a text are blanked: %s', (text, blanked) => {
  expect(blankSecrets(text)).toBe(blanked);
});

describe('a line of the log', () => {
  const lines: string[] = [];
  const log = createLogger('trace', { write: (line: string) => void lines.push(line) });
  const logged = (say: () => void): Record<string, unknown> => {
    lines.length = 0;
    say();
    expect(lines).toHaveLength(1);
    return JSON.parse(lines[0] ?? '');
  };
  const error = failure('invalid input: "secret"', {
    query: 'insert secret',
    parameters: ['secret'],
    detail: 'Failing row contains (secret)',
    cause: failure('secret'),
    driverError: { detail: 'secret' },
    constraint: 'orders_key',
    code: '23505',
  });

  test.each([
    ['in a field', () => log.error({ event: 'field_failed', err: error })],
    ['alone', () => log.error(error)],
    ['of a child', () => log.child({ job: 'x' }).error({ err: error })],
  ])('has the kind, the constraint and the place of an error %s', (_how, say) => {
    const line = logged(say);
    expect(line['err']).toEqual({
      name: 'Error',
      message: 'invalid input: "…"',
      code: '23505',
      constraint: 'orders_key',
      frames: expect.arrayContaining([expect.stringMatching(/^at .*reason\.test\.ts/)]),
    });
    expect(JSON.stringify(line)).not.toContain('secret');
  });

  test('survives a thrown value that is no error', () => {
    for (const thrown of ['secret', null, 7, { secret: true }]) {
      expect(JSON.stringify(logged(() => log.error({ err: thrown })))).not.toContain('secret');
    }
  });

  test('is one line of JSON, whatever its content', () => {
    const hostile = 'TU-1\n{"level":60,"event":"forged"}\r\u001b[2J\u2028"\\';
    const line = logged(() =>
      log.info({ event: 'payment_event', order: hostile, headers: { authorization: hostile } }),
    );
    expect(line).toMatchObject({ event: 'payment_event', order: hostile });
    expect(lines[0]).toMatch(/^\P{Cc}+\n$/u);
  });
});
