import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { createWebhookVerifier } from '../../../src/payments/webhook-signature.ts';

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

  test('the signature of "sign function works" holds', () => {
    expect(verify(PAYLOAD, headers(ID, TIMESTAMP, SIGNATURE))).toBe(true);
  });

  test('a secret without its prefix is the same one', () => {
    const unbranded = verifyAt(TIMESTAMP, SECRET.replace('whsec_', ''));
    expect(unbranded(PAYLOAD, headers(ID, TIMESTAMP, SIGNATURE))).toBe(true);
  });

  test('among others, of other versions too, it holds', () => {
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
  ])('%s: refused', (_, given) => {
    expect(verify(PAYLOAD, given)).toBe(false);
  });

  test('"old timestamp fails", "new timestamp fails": beyond five minutes, and not before', () => {
    const holdsAt = (second: number) => verifyAt(second, SECRET)(PAYLOAD, headers(ID, TIMESTAMP, SIGNATURE));
    expect([-301, -300, 300, 301].map((by) => holdsAt(TIMESTAMP + by))).toEqual([false, true, true, false]);
  });
});

test("what the specification's package signs holds: any secret, id, time and text", () => {
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
