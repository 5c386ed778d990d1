import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { createWebhookVerifier } from '../../../src/clients/mekari-pay/webhook-signature.ts';

const verifyAt = (second: number, ...secrets: string[]) =>
  createWebhookVerifier(secrets, { now: () => new Date(second * 1000) });

const headers = (id: string, timestamp: number | string, signature: string) => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': signature,
});

/**
 * From https://github.com/standard-webhooks/standard-webhooks, at b2fa7b8: `libraries/javascript/src/webhook.test.ts` ("sign function
 * works", "multi sig payload is valid", "partial signature throws error"); the same values are in its tests in Go, Python and Ruby.
 */
describe("standard-webhooks' own vectors", () => {
  const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const TIMESTAMP = 1_614_265_330;
  const PAYLOAD = Buffer.from('{"test": 2432232314}');
  const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
  const OTHER = 'Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
  const verify = verifyAt(TIMESTAMP, SECRET);

  test('the signature of "sign function works" is accepted', () => {
    expect(verify(PAYLOAD, headers(ID, TIMESTAMP, SIGNATURE))).toBe(true);
  });

  test('the same secret without its prefix is accepted', () => {
    const unbranded = verifyAt(TIMESTAMP, SECRET.replace('whsec_', ''));
    expect(unbranded(PAYLOAD, headers(ID, TIMESTAMP, SIGNATURE))).toBe(true);
  });

  test('a valid signature among others, of other versions too, is accepted', () => {
    const several = [`v1,${OTHER}`, `v2,${OTHER}`, SIGNATURE, `v1,${OTHER}`].join(' ');
    expect(verify(PAYLOAD, headers(ID, TIMESTAMP, several))).toBe(true);
    expect(verify(PAYLOAD, headers(ID, TIMESTAMP, several.replace(SIGNATURE, '')))).toBe(false);
  });

  test.each([
    ['"invalid signature throws error"', headers(ID, TIMESTAMP, 'v1,dawfeoifkpqwoekfpqoekf')],
    ['"partial signature throws error"', headers(ID, TIMESTAMP, SIGNATURE.slice(0, 8))],
    ['"partial signature throws error", empty', headers(ID, TIMESTAMP, 'v1,')],
    ['"invalid timestamp throws error"', headers(ID, 'hello', SIGNATURE)],
    ['"missing id raises error"', { ...headers(ID, TIMESTAMP, SIGNATURE), 'webhook-id': undefined }],
    ['"missing timestamp raises error"', { ...headers(ID, TIMESTAMP, SIGNATURE), 'webhook-timestamp': undefined }],
    ['"missing signature raises error"', { ...headers(ID, TIMESTAMP, SIGNATURE), 'webhook-signature': undefined }],
  ])('%s is refused', (_, given) => {
    expect(verify(PAYLOAD, given)).toBe(false);
  });

  test('"old timestamp fails" and "new timestamp fails" are refused beyond five minutes, and not before', () => {
    const holdsAt = (second: number) => verifyAt(second, SECRET)(PAYLOAD, headers(ID, TIMESTAMP, SIGNATURE));
    expect([-301, -300, 300, 301].map((by) => holdsAt(TIMESTAMP + by))).toEqual([false, true, true, false]);
  });
});

test("signatures of the specification's package are accepted: any secret, id, time and text", () => {
  for (let round = 0; round < 200; round++) {
    const key = Buffer.from(Array.from({ length: 8 + (round % 57) }, (_, index) => (round * 31 + index * 7) % 256));
    const secret = `whsec_${key.toString('base64')}`;
    const second = 1_700_000_000 + round * 99_991;
    const body = JSON.stringify({ round, text: 'Saldo – ñ 日本 🙏'.repeat(round % 5) });
    const signature = new Webhook(secret).sign(`msg_${round}`, new Date(second * 1000), body);
    const given = headers(`msg_${round}`, second, signature);
    expect(verifyAt(second, 'whsec_b25lIHRoYXQgaXMgbG9uZw==', secret)(Buffer.from(body), given)).toBe(true);
    expect(verifyAt(second, 'whsec_b25lIHRoYXQgaXMgbG9uZw==')(Buffer.from(body), given)).toBe(false);
    expect(verifyAt(second, secret)(Buffer.from(`${body} `), given)).toBe(false);
  }
});

describe('a correctly signed delivery', () => {
  const SECRET = 'whsec_b25lIHRoYXQgaXMgbG9uZw==';
  const KEY = Buffer.from('one that is long');
  const NOW = 1_764_000_000;
  const BODY = Buffer.from('{}');

  const signatureOf = (id: string, timestamp: string, key = KEY) =>
    `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.{}`).digest('base64')}`;
  const signed = (id: string, timestamp: string) => headers(id, timestamp, signatureOf(id, timestamp));
  const holds = (given: Record<string, string | string[] | undefined>, second = NOW) =>
    verifyAt(second, SECRET)(BODY, given);

  test.each(['m', '!', '-', '/', '~', 'msg_1:2', 'x'.repeat(255)])('is accepted with the id %j', (id) => {
    expect(holds(signed(id, `${NOW}`))).toBe(true);
  });

  test.each(['', ' m', 'm ', 'm m', 'm.m', '.', '\u007f', 'é', 'm\n', '\nm', '日', 'x'.repeat(256)])(
    'is refused with the id %j',
    (id) => {
      expect(holds(signed(id, `${NOW}`))).toBe(false);
    },
  );

  test.each([1, 9, 10, 1_000_000_000, 999_999_999_999])('is accepted with the second %i', (second) => {
    expect(holds(signed('m', `${second}`), second)).toBe(true);
  });

  test.each([
    ['with a nought before', `0${NOW}`],
    ['with a sign', `+${NOW}`],
    ['with a fraction', `${NOW}.0`],
    ['as a power', '1764e6'],
    ['in hexadecimals', `0x${NOW.toString(16)}`],
    ['with a space before', ` ${NOW}`],
    ['with a space behind', `${NOW} `],
    ['with a line behind', `${NOW}\n`],
    ['in milliseconds', `${NOW}000`],
    ['left empty', ''],
  ])('is refused with %s for the current time', (_, timestamp) => {
    expect(holds(signed('m', timestamp))).toBe(false);
    expect(holds(signed('m', timestamp), 0)).toBe(false);
  });

  test('is refused with a time of thirteen digits, even for now', () => {
    expect(holds(signed('m', '1000000000000'), 1_000_000_000_000)).toBe(false);
  });

  test('is compared by whole seconds of our clock', () => {
    expect([299.9, 300.999, -300, -300.001].map((by) => holds(signed('m', `${NOW}`), NOW + by))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  const GOOD = signatureOf('m', `${NOW}`);
  const BARE = GOOD.slice('v1,'.length);

  test.each([GOOD, ` ${GOOD}`, `${GOOD} `, `v1a,${BARE} ${GOOD}`, `${GOOD} v2,${BARE}`, `x${GOOD} ${GOOD} ${GOOD}x`])(
    'is accepted among %j',
    (signatures) => {
      expect(holds(headers('m', NOW, signatures))).toBe(true);
    },
  );

  test.each([
    ['nothing', ''],
    ['no version', BARE],
    ['another version', `v2,${BARE}`],
    ['a longer version', `v1a,${BARE}`],
    ['something before', `x${GOOD}`],
    ['something behind', `${GOOD}x`],
    ['a line behind', `${GOOD}\n`],
    ['a comma in between', `${GOOD},${GOOD}`],
    ['a tab in between', `${GOOD}\t${GOOD}`],
    ['no padding', GOOD.slice(0, -1)],
    ['a letter less', `${GOOD.slice(0, -2)}=`],
    ['another letter', `${GOOD.slice(0, -2)}${GOOD.at(-2) === 'A' ? 'B' : 'A'}=`],
    ['a letter of two bytes', `${GOOD.slice(0, -2)}é=`],
    ['hexadecimals', `v1,${Buffer.from(BARE, 'base64').toString('hex')}`],
    ['that of an empty key', signatureOf('m', `${NOW}`, Buffer.alloc(0))],
    ['that of the secret as text', signatureOf('m', `${NOW}`, Buffer.from(SECRET))],
  ])('is refused with %s for its signature', (_, signatures) => {
    expect(holds(headers('m', NOW, signatures))).toBe(false);
  });

  test('is refused without a header, which neither its name nor a list replaces', () => {
    const good = headers('m', NOW, GOOD);
    expect(holds({ ...signed('undefined', `${NOW}`), 'webhook-id': undefined })).toBe(false);
    expect(holds({ ...good, 'webhook-id': ['m'] })).toBe(false);
    expect(holds({ ...good, 'webhook-timestamp': [`${NOW}`] })).toBe(false);
    expect(holds({ ...good, 'webhook-signature': [GOOD] })).toBe(false);
  });

  test('is accepted with each of two secrets during a rotation, first and last', () => {
    const [other, third] = ['another that is long', 'a third that is long'].map((key) => Buffer.from(key));
    const verify = verifyAt(NOW, SECRET, `whsec_${other?.toString('base64')}`);
    const given = [KEY, other, third].map((key) => headers('m', NOW, signatureOf('m', `${NOW}`, key)));
    expect(given.map((one) => verify(BODY, one))).toEqual([true, true, false]);
  });

  test('loses the prefix of a secret at its beginning alone', () => {
    const secret = 'QUJDREVGwhsec_R0hJ';
    const key = Buffer.from(secret, 'base64url');
    expect(verifyAt(NOW, secret)(BODY, headers('m', NOW, signatureOf('m', `${NOW}`, key)))).toBe(true);
  });
});
