import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { TopupOrderDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, until } from '../../support/app/purchase.ts';
import { invoiceEvent } from '../../support/app/webhook.ts';
import { deliver, SECRET, signed } from '../../support/http/raw-delivery.ts';

/** A statement that waits for a lock until its limit, here at once by a cancel, is no fault of ours that a client must report. */
let app: TestApp;
let holder: pg.Client;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true, env: { MEKARI_PAY_WEBHOOK_SECRET: SECRET } });
});
beforeEach(async () => {
  holder = new pg.Client({ connectionString: app.db.url });
  await holder.connect();
});
afterEach(() => holder.end());
afterAll(() => app.close());

async function pending() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { client, order: await confirmOrder(client, await createOrder(client, id, { agent_extra: '1' })) };
}

/** Holds all orders while this runs, and cancels each statement that waits for them. */
async function whileHeld<T>(run: () => Promise<T>): Promise<T> {
  await holder.query('begin; lock table topup_orders in access exclusive mode');
  let isOver = false;
  const running = run().finally(() => {
    isOver = true;
  });
  const cancelAll = () =>
    app.db.query(`select pg_cancel_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`);
  try {
    await until(cancelAll, () => isOver);
    return await running;
  } finally {
    await holder.query('rollback');
  }
}

const lines = (event: string) => app.logs.filter((line) => line['event'] === event);

test('a field answers SERVICE_UNAVAILABLE with a time to wait, the log has a warning, and a repeat succeeds', async () => {
  const { client, order } = await pending();
  const read = () => client.send(TopupOrderDocument, { id: order.id });
  const { status, data, errors } = await whileHeld(read);
  expect({ status, data }).toEqual({ status: 200, data: { topupOrder: null } });
  expect(errors).toMatchObject([
    {
      message: 'This took too long, because others hold the same data: send it again in a few seconds.',
      path: ['topupOrder'],
      extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 5, correlationId: expect.any(String) },
    },
  ]);
  expect(lines('field_failed')).toMatchObject([{ level: 40, path: 'topupOrder', err: { code: '57014' } }]);
  expect((await read()).data.topupOrder?.number).toBe(order.number);
});

test('a webhook answers 503 with Retry-After, and its repeat settles the order', async () => {
  const { order } = await pending();
  const body = JSON.stringify(invoiceEvent(app, order));
  const tell = () => deliver(app.url, body, signed(body, new Date()));
  const refused = await whileHeld(tell);
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  expect(lines('request_failed')).toMatchObject([{ level: 40, err: { code: '57014' } }]);
  expect((await tell()).status).toBe(200);
  const [row] = await app.db.query<{ status: string }>('select status from topup_orders where id = $1', [order.id]);
  expect(row?.status).toMatch(/PAID|COMPLETED/);
});
