import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import { inbox, invoiceEvent } from '../../support/app/webhook.ts';
import { deliver, SECRET, signatureOf, signed } from '../../support/http/raw-delivery.ts';

const NEXT = `whsec_${Buffer.from('the secret of tomorrow, rotated').toString('base64')}`;
const FOREIGN = `whsec_${Buffer.from('a secret that we never agreed on').toString('base64')}`;
/** The server's clock stands still, so that a boundary is exact. */
const NOW = new Date();
const SECOND = Math.floor(NOW.getTime() / 1000);

let app: TestApp;
let order: OrderFragment;
let body: string;

beforeAll(async () => {
  app = await startApp({
    clock: { now: () => NOW },
    sandbox: { clock: () => NOW },
    env: { MEKARI_PAY_WEBHOOK_SECRET: `${SECRET},${NEXT}` },
  });
  const admin = await app.client();
  order = await confirmOrder(admin, await createOrder(admin, '1001', { wa_balance: '1000000' }));
  body = JSON.stringify(invoiceEvent(app, order));
});
afterAll(() => app.close());

const ID = 'msg_forged';
const sign = ({ id = ID, timestamp = String(SECOND), over = body, secret = SECRET } = {}) =>
  signatureOf(over, id, timestamp, secret);
/** Correctly signed deliveries with an odd time or id. */
const at = (timestamp: string) => signed(body, NOW, { id: ID, timestamp });
const as = (id: string) => signed(body, NOW, { id });
const under = (signature: string | string[]) => ({ ...as(ID), 'webhook-signature': signature });
const other = (signature: string) => `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;

test.each<[string, () => Record<string, string | string[] | undefined>]>([
  ['no header at all', () => ({})],
  ['no id', () => ({ ...as(ID), 'webhook-id': undefined })],
  ['no time', () => ({ ...as(ID), 'webhook-timestamp': undefined })],
  ['an empty signature', () => under('')],
  ['a signature of no version', () => under(sign())],
  ['a signature of the next version', () => under(`v2,${sign()}`)],
  ['a signature of the asymmetric version', () => under(`v1a,${sign()}`)],
  ['a version in capitals', () => under(`V1,${sign()}`)],
  ['a first letter that is another', () => under(`v1,${other(sign())}`)],
  ['no padding', () => under(`v1,${sign().replace('=', '')}`)],
  ['too much padding', () => under(`v1,${sign()}=`)],
  ['half of it', () => under(`v1,${sign().slice(0, 22)}`)],
  ['hexadecimal', () => under(`v1,${Buffer.from(sign(), 'base64').toString('hex')}`)],
  ['a comma after it', () => under(`v1,${sign()},`)],
  ['a tab between two', () => under(`v1,AAAA\tv1,${sign()}`)],
  ['a foreign secret', () => under(`v1,${sign({ secret: FOREIGN })}`)],
  [
    'three foreign ones',
    () =>
      under(
        Array(3)
          .fill(`v1,${sign({ secret: FOREIGN })}`)
          .join(' '),
      ),
  ],
  ['another body', () => under(`v1,${sign({ over: body.replace('1000000', '1') })}`)],
  ['no body', () => under(`v1,${sign({ over: '' })}`)],
  ['another id', () => under(`v1,${sign({ id: 'msg_other' })}`)],
  ['an earlier time', () => under(`v1,${sign({ timestamp: String(SECOND - 1) })}`)],
  ['the id sent twice', () => ({ ...as(ID), 'webhook-id': [ID, ID] })],
  ['the time sent twice', () => ({ ...as(ID), 'webhook-timestamp': [String(SECOND), String(SECOND)] })],
  ['a time 301 seconds ago', () => at(String(SECOND - 301))],
  ['a time in 301 seconds', () => at(String(SECOND + 301))],
  ['milliseconds', () => at(String(NOW.getTime()))],
  ['a time with an exponent', () => at(`${SECOND / 1000}e3`)],
  ['a hexadecimal time', () => at(`0x${SECOND.toString(16)}`)],
  ['a time with a sign', () => at(`+${SECOND}`)],
  ['a time with a nought before it', () => at(`0${SECOND}`)],
  ['a time with a fraction', () => at(`${SECOND}.0`)],
  ['a time with letters behind it', () => at(`${SECOND}abc`)],
  ['a time in words', () => at(NOW.toISOString())],
  ['a time below nought', () => at('-1')],
  [
    'letters behind the time that were not signed',
    () => ({ ...at(String(SECOND)), 'webhook-timestamp': `${SECOND}x` }),
  ],
  ['an empty id', () => as('')],
  ['an id with a space', () => as('msg 1')],
  ['an id with a full stop', () => as('msg.1')],
  ['an id beyond ASCII', () => as('msg_é')],
  ['an id of 256 characters', () => as('m'.repeat(256))],
])('%s: 401, and no effect', async (_, headers) => {
  const answer = await deliver(app.url, body, headers());
  expect(answer).toMatchObject({ status: 401, body: '{"error":"The signature is not valid."}' });
  expect(await app.db.query(`select 1 from payment_events`)).toEqual([]);
  expect(await app.db.query(`select status from topup_orders`)).toEqual([{ status: 'PENDING_PAYMENT' }]);
});

test('a signature of 100 KB is refused unread: 431', async () => {
  expect((await deliver(app.url, body, under(`v1,${'A'.repeat(100_000)}`))).status).toBe(431);
});

test('signed content cannot be split differently', async () => {
  // "a.1.2.{…}" is signed as the id "a.1" of the second 2; it must not pass for the id "a" of the second 1.
  const [early, late] = [String(SECOND), String(SECOND + 1)];
  const signature = `v1,${signatureOf(body, `${ID}.${early}`, late)}`;
  const headers = { 'webhook-id': ID, 'webhook-timestamp': early, 'webhook-signature': signature };
  expect((await deliver(app.url, `${late}.${body}`, headers)).status).toBe(400);
  const whole = { ...headers, 'webhook-id': `${ID}.${early}`, 'webhook-timestamp': late };
  expect((await deliver(app.url, body, whole)).status).toBe(401);
  expect(await app.db.query(`select 1 from payment_events`)).toEqual([]);
});

test('bytes that only look the same fail under its signature', async () => {
  const replaced = JSON.stringify({ ...JSON.parse(body), note: '\uFFFD' });
  const [before = '', after = ''] = replaced.split('\uFFFD');
  const raw = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
  expect((await deliver(app.url, raw, signed(replaced, NOW))).status).toBe(401);
});

test.each<[string, () => Record<string, string | string[] | undefined>]>([
  ['300 seconds ago', () => at(String(SECOND - 300))],
  ['300 seconds ahead', () => at(String(SECOND + 300))],
  ['with the second of our secrets', () => under(`v1,${sign({ secret: NEXT })}`)],
  [
    'behind forty of other versions and secrets',
    () => under(`${`v1a,${sign()} v1,${sign({ secret: FOREIGN })} `.repeat(20)}v1,${sign()}`),
  ],
  ['in the second of two headers', () => under([`v1,${sign({ secret: FOREIGN })}`, `v1,${sign()}`])],
  ['under an id of 255 odd characters', () => as(`~!@#$%^&*()/\\{}"'<>,;:${'x'.repeat(233)}`)],
])('the good delivery is accepted afterwards: %s', async (_, headers) => {
  const [before = []] = [await inbox(app, order.number)];
  expect((await deliver(app.url, body, headers())).status).toBe(200);
  const after = await inbox(app, order.number);
  expect(after[0]).toBe('webhook invoice.paid: settled');
  expect(after.length).toBeGreaterThanOrEqual(Math.max(1, before.length));
});
