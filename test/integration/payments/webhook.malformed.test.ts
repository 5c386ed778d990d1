import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import { balances, inbox, invoiceEvent } from '../../support/app/webhook.ts';
import { MALFORMED } from '../../support/hostile/malformed-events.ts';
import { deliver, SECRET, signed } from '../../support/http/raw-delivery.ts';

/** Every body contains this text, and no log may contain it. */
const CANARY = 'canary of the body';

let app: TestApp;
let order: OrderFragment;

beforeAll(async () => {
  app = await startApp({ env: { MEKARI_PAY_WEBHOOK_SECRET: SECRET } });
  const admin = await app.client();
  order = await confirmOrder(admin, await createOrder(admin, '1001', { wa_balance: '1000000' }));
});
afterAll(() => app.close());

const event = () => invoiceEvent(app, order, { payment_method: CANARY });

async function effects() {
  const [found] = await app.db.query<Record<string, string>>(
    `select (select count(*) from payment_events) as events, (select count(*) from quota_ledger_entries) as entries,
       (select string_agg(status, ' ') from topup_orders) as statuses`,
  );
  return found;
}

const NONE = { events: '0', entries: '0', statuses: 'PENDING_PAYMENT' };

test.each(MALFORMED)('a well-signed delivery that is not an event, with %s: 400 and no effect', async (_, write) => {
  const body = write(event());
  const answer = await deliver(app.url, body, signed(body, new Date()));
  expect(answer.status).toBe(400);
  expect(answer.body).toMatch(/^\{"error":"The body is not an invoice event: .+"\}$/);
  expect(answer.body).not.toContain(CANARY);
  expect(await effects()).toEqual(NONE);
});

test.each([65_537, 1_000_000])('a body of %i bytes: 413, with or without a valid signature', async (size) => {
  const body = JSON.stringify(event()).padEnd(size);
  for (const headers of [signed(body, new Date()), { ...signed(body, new Date()), 'webhook-signature': 'v1,x' }]) {
    expect((await deliver(app.url, body, headers)).status).toBe(413);
  }
  expect(await effects()).toEqual(NONE);
});

test('no word of them is in the log, and none counts as a fault of ours', () => {
  const lines = app.logs.map((line) => JSON.stringify(line));
  expect(lines.filter((line) => line.includes('"status":400')).length).toBeGreaterThanOrEqual(MALFORMED.length);
  expect(lines.filter((line) => line.includes(CANARY) || line.includes('"level":50'))).toEqual([]);
});

test('the good delivery settles the same order afterwards', async () => {
  const body = JSON.stringify(event());
  const answer = await deliver(app.url, body, signed(body, new Date()));
  expect(answer).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  expect(await inbox(app, order.number)).toEqual(['webhook invoice.paid: settled']);
  expect(await balances(app, '1001')).toEqual({ wa_balance: '1000000' });
});
