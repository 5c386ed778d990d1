import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import {
  confirmOrder,
  createOrder,
  payUntilReview,
  purchase,
  readOrder,
  until,
  untilStatus,
} from '../../support/app/purchase.ts';
import { invoiceEvent } from '../../support/app/webhook.ts';
import { parsePrometheus } from '../../support/telemetry/prometheus.ts';
import { documentedMetrics, everythingServed, scrape } from '../../support/telemetry/served-metrics.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app?.close());

/** Values of a metric, by one of its labels. */
async function valuesOf(of: TestApp, name: string, label: string): Promise<Record<string, number>> {
  const samples = parsePrometheus(await scrape(of)).filter((sample) => sample.name === name);
  return Object.fromEntries(samples.map((sample) => [sample.labels[label] ?? '', sample.value]));
}

const values = (name: string, label: string) => valuesOf(app, name, label);

test('a fresh server has closed breakers, every webhook outcome at 0, and no Redis metric', async () => {
  expect(await values('breaker_state', 'neighbour')).toEqual({
    'hub-core': 0,
    'mekari-billing': 0,
    'mekari-pay': 0,
  });
  const webhooks = await values('webhooks_total', 'outcome');
  expect(Object.values(webhooks).every((count) => count === 0)).toBe(true);
  const documented = documentedMetrics().get('webhooks_total')?.says ?? '';
  expect(Object.keys(webhooks).toSorted()).toEqual(
    [...documented.matchAll(/`(\w+)`/g)].map(([, outcome]) => outcome).toSorted(),
  );
  expect(await scrape(app)).not.toContain('redis_up');
});

test('the documentation lists exactly the served metrics, with type and labels', async () => {
  const documented = [...documentedMetrics()].map(([name, { type, labels }]) => ({ name, type, labels: [...labels] }));
  expect(documented.length).toBeGreaterThan(15);
  const served = [...(await everythingServed(app))].map(([name, { type, labels }]) => ({
    name,
    type,
    labels: [...labels],
  }));
  const sorted = (families: typeof documented) =>
    families
      .map(({ labels, ...rest }) => ({ ...rest, labels: labels.toSorted() }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect(sorted(served)).toEqual(sorted(documented));
});

test('durations carry their labels, in buckets from 5 ms to 10 s', async () => {
  const buyer = await app.client({ organization_id: '1003' });
  await buyer.query('{ topupOptions { code } }');
  await purchase(app, buyer, '1003', { agent_extra: '1' });
  const sums = async (counter: string, label: string) => {
    const sums: Record<string, number> = {};
    for (const { name, labels, value } of parsePrometheus(await scrape(app))) {
      if (name === counter) sums[labels[label] ?? ''] = (sums[labels[label] ?? ''] ?? 0) + value;
    }
    return sums;
  };
  // The mail jobs may still be calling: the count of their calls and their durations rise together.
  expect(await values('graphql_operation_duration_seconds_count', 'name')).toEqual(
    await sums('graphql_operations_total', 'name'),
  );
  const calls = await values('upstream_call_duration_seconds_count', 'neighbour');
  expect(calls['moderator']).toBe((await sums('upstream_calls_total', 'neighbour'))['moderator']);
  expect(calls['moderator']).toBeGreaterThan(0);
  const bounds = parsePrometheus(await scrape(app))
    .filter(
      ({ name, labels }) => name === 'upstream_call_duration_seconds_bucket' && labels['neighbour'] === 'moderator',
    )
    .map(({ labels }) => labels['le']);
  expect(bounds).toEqual(['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf']);
});

describe('deliveries of the webhook', () => {
  /** The increase of each outcome during the work; unchanged ones are left out. */
  async function risen(run: () => Promise<unknown>): Promise<Record<string, number>> {
    const before = await values('webhooks_total', 'outcome');
    await run();
    const after = Object.entries(await values('webhooks_total', 'outcome'));
    return Object.fromEntries(
      after.map(([outcome, count]) => [outcome, count - (before[outcome] ?? 0)]).filter(([, more]) => more !== 0),
    );
  }
  const pending = async () => {
    const buyer = await app.client({ organization_id: '1002' });
    return confirmOrder(buyer, await createOrder(buyer, '1002', { agent_extra: '1' }));
  };
  const raw = (event: Parameters<TestApp['sandbox']['mekariPay']['sendRaw']>[0]) =>
    app.sandbox.mekariPay.sendRaw(event);
  const FOREIGN = `whsec_${Buffer.from('a secret that we never agreed on').toString('base64')}`;

  test('counts a settled event, and its two repeats', async () => {
    const order = await pending();
    expect(await risen(() => app.sandbox.mekariPay.pay(order.number))).toEqual({ settled: 1 });
    expect(await risen(() => app.sandbox.mekariPay.resend(order.number, { times: 2 }))).toEqual({ duplicate: 2 });
  });

  test('counts a payment that does not fit, one of an unknown order, one that failed', async () => {
    const order = await pending();
    expect(await risen(() => app.sandbox.mekariPay.fail(order.number))).toEqual({ hint: 1 });
    expect(await risen(() => app.sandbox.mekariPay.payWrong(order.number))).toEqual({ hint: 1 });
    const body = invoiceEvent(app, order, { external_id: 'TU-000000-NONE-NONE' });
    expect(await risen(() => raw({ body }))).toEqual({ unknown_order: 1 });
  });

  test('counts refused ones: wrongly signed, not an event, too large', async () => {
    expect(await risen(() => raw({ body: '{}', secret: FOREIGN }))).toEqual({ bad_signature: 1 });
    expect(await risen(() => raw({ body: '{}' }))).toEqual({ malformed: 1 });
    expect(await risen(() => raw({ body: 'x'.repeat(65_537) }))).toEqual({ malformed: 1 });
  });

  test('counts one that cannot be stored, and settles it when it comes again', async () => {
    const order = await pending();
    await app.db.query(
      `alter table payment_events add constraint nothing_fits check (order_number <> '${order.number}')`,
    );
    const body = invoiceEvent(app, order);
    expect(await risen(async () => expect((await raw({ body })).status).toBe(500))).toEqual({ not_stored: 1 });
    await app.db.query(`alter table payment_events drop constraint nothing_fits`);
    expect(await risen(() => raw({ body }))).toEqual({ settled: 1 });
  });
});

test('a gauge reports the current database: no line for a status without orders, and none without the database', async () => {
  const buyer = await app.client({ organization_id: '1002' });
  const order = await createOrder(buyer, '1002', { agent_extra: '1' });
  expect(await values('orders', 'status')).toHaveProperty('DRAFT');
  await confirmOrder(buyer, order);
  expect(await values('orders', 'status')).toHaveProperty('PENDING_PAYMENT');
  await app.sandbox.mekariPay.pay(order.number);
  await untilStatus(buyer, order.id, 'COMPLETED');
  expect(await values('orders', 'status')).not.toHaveProperty('PENDING_PAYMENT');
  await app.db.query('alter table topup_orders rename to away');
  expect(await values('orders', 'status')).toEqual({});
  await app.db.query('alter table away rename to topup_orders');
  expect(await values('order_oldest_age_seconds', 'status')).not.toEqual({});
});

test('the age of the oldest open order grows, from when it was created, confirmed, paid or put under review', async () => {
  const time = movableClock();
  const aged = await startApp({ clock: time.clock, sandbox: { clock: time.now } });
  const ages = () => valuesOf(aged, 'order_oldest_age_seconds', 'status');
  const buyer = await aged.client({ organization_id: '1002' });
  const draft = () => createOrder(buyer, '1002', { agent_extra: '1' });
  expect(await ages()).toEqual({});

  aged.sandbox.moderator.faults.set([{ kind: 'status', status: 503 }]);
  await draft();
  const [toBePending, toBePaid, toBeReviewed] = [await draft(), await draft(), await draft()];
  time.advance(80);
  for (const order of [toBePending, toBePaid, toBeReviewed]) await confirmOrder(buyer, order);
  // The younger order does not change the value: the oldest counts.
  await draft();
  time.advance(80);
  await aged.sandbox.mekariPay.pay(toBePaid.number);
  // The total is less than the five minutes of a webhook signature's tolerance.
  time.advance(80);
  await payUntilReview(aged, buyer, toBeReviewed, { amount: 1000 });

  const { DRAFT = 0, PENDING_PAYMENT = 0, PAID = 0, PAYMENT_REVIEW = -1, ...rest } = await ages();
  expect(rest).toEqual({});
  // At least the clock's advance, less the millisecond of rounding.
  expect(PAYMENT_REVIEW).toBeGreaterThanOrEqual(0);
  expect(PAID - PAYMENT_REVIEW).toBeGreaterThan(79.9);
  expect(PENDING_PAYMENT - PAID).toBeGreaterThan(79.9);
  expect(DRAFT - PENDING_PAYMENT).toBeGreaterThan(79.9);
  // A further part leaves it where it is, and does not make it younger.
  time.advance(30);
  await aged.sandbox.mekariPay.payPart(toBeReviewed.number, { amount: 1000 });
  await until(
    () => readOrder(buyer, toBeReviewed.id),
    ({ timeline }) => timeline.at(-1)?.from === 'PAYMENT_REVIEW',
  );
  time.advance(5000);
  const before: Record<string, number> = { DRAFT, PENDING_PAYMENT, PAID, PAYMENT_REVIEW };
  for (const [status, age] of Object.entries(await ages())) {
    expect(age - (before[status] ?? 0)).toBeGreaterThanOrEqual(5030);
  }
  await aged.close();
});
