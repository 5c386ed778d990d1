import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder, until, untilStatus } from '../../support/app/purchase.ts';
import { alerts, balances, invoiceEvent } from '../../support/app/webhook.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

/** The provider's own end of an invoice is the order's (domain.md 8), but never while something was received. */

const MINUTE = 60;
const DAY = 86_400;
const time = movableClock();
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ clock: time.clock, sandbox: { clock: time.now, wireClock: time.now } });
});
afterEach(async () => {
  time.toPresent();
  // Orders that a test leaves behind would count among those that the next one asks about.
  await app.db.query(
    `with ended as (update topup_orders set status = 'EXPIRED' where status = 'PENDING_PAYMENT' returning id)
     insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
     select id, now(), 'PENDING_PAYMENT', 'EXPIRED', 'the test is over', 'test' from ended`,
  );
  await dropChecks();
  await app.db.query('delete from payment_lookup_failures');
  await app.sandbox.reset();
});
afterAll(() => app.close());

/** A check that failed is repeated later, and would count what it finds among the answers that the next test gets. */
async function dropChecks(): Promise<void> {
  await until(
    () =>
      app.db.query(
        `with dropped as (
           delete from graphile_worker._private_jobs job using graphile_worker.jobs view
           where view.id = job.id and view.task_identifier = 'check_payment' and job.locked_at is null)
         select from graphile_worker.jobs where task_identifier = 'check_payment' and locked_at is not null`,
      ),
    (running) => running.length === 0,
  );
}

async function draft() {
  time.toPresent();
  time.advance(-20 * DAY);
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id, expires_in: 30 * DAY });
  return { id, client, order: await createOrder(client, id, { wa_balance: '1000000' }) };
}
async function pending() {
  const fixture = await draft();
  return { ...fixture, order: await confirmOrder(fixture.client, fixture.order) };
}
type Fixture = Awaited<ReturnType<typeof pending>>;
const statusOf = async ({ client, order }: Fixture) => (await readOrder(client, order.id)).status;
const lastCause = async ({ client, order }: Fixture) => (await readOrder(client, order.id)).timeline.at(-1)?.cause;

async function poll(minutes: number, times: number) {
  for (let run = 0; run < times; run++) {
    time.advance(minutes * MINUTE);
    await app.reconcile();
  }
}

describe('an invoice that ends at the provider', () => {
  test('expired: the order expires', async () => {
    const fixture = await pending();
    await app.sandbox.mekariPay.expire(fixture.order.number, { webhook: false });
    await app.reconcile();
    expect(await statusOf(fixture)).toBe('EXPIRED');
    expect(await lastCause(fixture)).toBe('payment provider: the invoice is expired');
  });

  test('void: the order is cancelled, and a payment that arrives all the same is credited', async () => {
    const fixture = await pending();
    await app.sandbox.mekariPay.void(fixture.order.number);
    await app.reconcile();
    expect(await statusOf(fixture)).toBe('CANCELLED');
    await app.sandbox.mekariPay.payLate(fixture.order.number);
    await untilStatus(fixture.client, fixture.order.id, 'COMPLETED');
  });

  test('expired after a part: the order is under review, and stays there', async () => {
    const fixture = await pending();
    await app.sandbox.mekariPay.payPart(fixture.order.number, { amount: 400_000, webhook: false });
    await app.sandbox.mekariPay.expire(fixture.order.number, { webhook: false });
    await poll(11, 2);
    const { status, paymentUrl } = await readOrder(fixture.client, fixture.order.id);
    expect({ status, paymentUrl }).toEqual({ status: 'PAYMENT_REVIEW', paymentUrl: null });
    expect(await balances(app, fixture.id)).toEqual({});
  });

  test('expired after a notice of a part, of which it shows nothing: the order is under review', async () => {
    const fixture = await pending();
    app.sandbox.mekariPay.setFormat({ omit: ['paid_amount'] });
    await app.sandbox.mekariPay.payPart(fixture.order.number, { amount: 400_000 });
    await app.sandbox.mekariPay.expire(fixture.order.number, { webhook: false });
    await poll(1, 2);
    expect(await statusOf(fixture)).toBe('PAYMENT_REVIEW');
    expect(alerts(app, fixture.order.number)).toEqual(['payment_review: review']);
    app.sandbox.mekariPay.setFormat({});
    await poll(11, 1);
    expect(await app.db.query('select review_reason from topup_orders where id = $1', [fixture.order.id])).toEqual([
      { review_reason: 'UNDERPAID' },
    ]);
  });
});

describe('an invoice that the provider does not know', () => {
  test('is unknown for good after five answers over fifteen minutes, and not before', async () => {
    const fixture = await pending();
    await app.sandbox.mekariPay.lose(fixture.order.number);
    await poll(1, 10);
    expect(await statusOf(fixture)).toBe('PENDING_PAYMENT');
    await poll(10, 1);
    expect(await statusOf(fixture)).toBe('EXPIRED');
    expect(await lastCause(fixture)).toBe('payment provider: the invoice is unknown for good');
  });

  test('is unknown for good also beside orders that are over, whose invoices are unknown too', async () => {
    const [fixture, ...over] = [await pending(), await pending(), await pending()];
    for (const { order } of over) await app.sandbox.mekariPay.void(order.number);
    await poll(5, 1);
    for (const { order } of [fixture, ...over]) await app.sandbox.mekariPay.lose(order.number);
    await poll(4, 8);
    const statuses = await Promise.all([fixture, ...over].map(statusOf));
    expect(statuses).toEqual(['EXPIRED', 'CANCELLED', 'CANCELLED']);
  });

  test('ends nothing after a notice of a payment: the order is under review, and the money is settled once it is known again', async () => {
    const fixture = await pending();
    const { number } = fixture.order;
    const data = { amount: 1_000_000, paid_amount: 1_004_000 };
    const body = invoiceEvent(app, fixture.order, data);
    await app.sandbox.mekariPay.lose(number);
    expect((await app.sandbox.mekariPay.sendRaw({ body })).status).toBe(200);
    await poll(5, 3);
    expect(await statusOf(fixture)).toBe('PENDING_PAYMENT');
    await poll(5, 3);
    expect(await statusOf(fixture)).toBe('PAYMENT_REVIEW');
    expect(alerts(app, number)).toEqual(['payment_review: review']);
    await app.sandbox.mekariPay.restore(number);
    await app.sandbox.mekariPay.pay(number, { webhook: false });
    await poll(11, 1);
    await untilStatus(fixture.client, fixture.order.id, 'COMPLETED');
  });

  test('is known again: the count starts anew', async () => {
    const fixture = await pending();
    await app.sandbox.mekariPay.lose(fixture.order.number);
    await poll(5, 4);
    await app.sandbox.mekariPay.restore(fixture.order.number);
    await poll(5, 1);
    await app.sandbox.mekariPay.lose(fixture.order.number);
    await poll(5, 4);
    expect(await statusOf(fixture)).toBe('PENDING_PAYMENT');
  });

  test('ends nothing while more than a tenth of all are unknown: the provider is ill', async () => {
    const fixtures = [await pending(), await pending(), await pending()];
    for (const { order } of fixtures.slice(0, 2)) await app.sandbox.mekariPay.lose(order.number);
    await poll(10, 8);
    expect(await Promise.all(fixtures.map(statusOf))).toEqual(Array(3).fill('PENDING_PAYMENT'));
  });
});

test.each([401, 500, 503])('a provider that answers everything with %i ends nothing', async (status) => {
  const fixture = await pending();
  app.sandbox.mekariPay.faults.set([{ kind: 'status', status }]);
  await poll(30, 60);
  expect(await statusOf(fixture)).toBe('PENDING_PAYMENT');
});

describe('the provider refuses the invoice', () => {
  test.each([400, 422])(
    'with %i: the order is cancelled, and a repeat of the confirm answers the same',
    async (status) => {
      const { client, order } = await draft();
      app.sandbox.mekariPay.faults.set([{ kind: 'status', status, match: { method: 'POST' } }]);
      const key = 'the-key-of-a-refused-confirm';
      const first = await tryConfirm(client, order, key);
      expect(codes(first)).toEqual(['PAYMENT_REFUSED']);
      expect(first.order?.status).toBe('CANCELLED');
      expect(codes(await tryConfirm(client, order, key))).toEqual(['PAYMENT_REFUSED']);
    },
  );

  test.each([401, 403, 404])('with %i, which is our own fault: the order stays, and is alerted', async (status) => {
    const { client, order } = await draft();
    app.sandbox.mekariPay.faults.set([{ kind: 'status', status, match: { method: 'POST' } }]);
    expect(codes(await tryConfirm(client, order))).toEqual(['PAYMENT_PROVIDER_UNAVAILABLE']);
    expect((await readOrder(client, order.id)).status).toBe('PENDING_PAYMENT');
    const errors = app.logs.filter((line) => line['order'] === order.number && Number(line['level']) >= 50);
    // The job asks again, and fails again.
    expect(new Set(errors.map(({ event }) => event))).toEqual(new Set(['invoice_failed']));
  });
});

test("the provider's earlier deadline is the order's; a later one, or one that makes no sense, is not", async () => {
  const fixture = await pending();
  const deadline = async () => (await readOrder(fixture.client, fixture.order.id)).paymentExpiresAt ?? '';
  const ours = await deadline();
  const at = (seconds: number) => new Date(time.now().getTime() + seconds * 1000).toISOString();
  await app.sandbox.mekariPay.shorten(fixture.order.number, { expires_at: at(3 * DAY) });
  await app.reconcile();
  expect(await deadline()).toBe(ours);
  const soon = at(3600);
  await app.sandbox.mekariPay.shorten(fixture.order.number, { expires_at: soon });
  await app.reconcile();
  expect(await deadline()).toBe(soon);
  const { number } = fixture.order;
  const ignored = () => app.logs.some(({ event, order }) => event === 'provider_deadline_ignored' && order === number);
  expect(ignored()).toBe(false);
  await app.sandbox.mekariPay.shorten(number, { expires_at: '2026-11-30T10:00:00+99:00' });
  await app.reconcile();
  expect(await deadline()).toBe(soon);
  expect(ignored()).toBe(true);
});

test('an underpaid order keeps its link until its deadline, and is an exception a week later', async () => {
  const fixture = await pending();
  await app.sandbox.mekariPay.payPart(fixture.order.number, { amount: 400_000 });
  const { paymentUrl } = await untilStatus(fixture.client, fixture.order.id, 'PAYMENT_REVIEW');
  expect(paymentUrl).toBe(fixture.order.paymentUrl);
  time.advance(DAY + MINUTE);
  await app.reconcile();
  expect((await readOrder(fixture.client, fixture.order.id)).paymentUrl).toBeNull();
  expect(alerts(app, fixture.order.number)).toEqual(['payment_review: review']);
  time.advance(7 * DAY);
  await app.reconcile();
  await app.reconcile();
  expect(alerts(app, fixture.order.number)).toEqual(['payment_review: review', 'payment_exception: review_overdue']);
});

test('ten answers in a row that cannot be read bring the order under review; a readable one settles it', async () => {
  const fixture = await pending();
  app.sandbox.mekariPay.setFormat({ omit: ['paid_amount'] });
  await app.sandbox.mekariPay.pay(fixture.order.number, { webhook: false });
  await poll(1, 9);
  expect(await statusOf(fixture)).toBe('PENDING_PAYMENT');
  await poll(1, 1);
  expect(await statusOf(fixture)).toBe('PAYMENT_REVIEW');
  app.sandbox.mekariPay.setFormat({});
  await poll(11, 1);
  await untilStatus(fixture.client, fixture.order.id, 'COMPLETED');
});
