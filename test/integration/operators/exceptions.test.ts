import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { closePaymentException, reportOrder } from '../../../src/operators/index.ts';
import { openPayments } from '../../../src/payments/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { approveSeen } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, payUntilReview, purchase, until } from '../../support/app/purchase.ts';
import { invoiceEvent } from '../../support/app/webhook.ts';
import { parsePrometheus } from '../../support/telemetry/prometheus.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const BY = { actor: 'rina@finance', reason: 'Given back at Mekari Pay' };
const close = (id: string) => closePaymentException(app.database, systemClock, id, BY);
const open = async (number: string) =>
  (await openPayments(app.database)).filter(({ orderNumber }) => orderNumber === number);

async function gauge(outcome: string, metric = 'payments_open'): Promise<number | undefined> {
  const samples = parsePrometheus(await (await fetch(`${app.url}/metrics`)).text());
  return samples.find(({ name, labels }) => name === metric && labels['outcome'] === outcome)?.value;
}
const ageOf = (outcome: string) => gauge(outcome, 'payments_open_oldest_age_seconds');

async function buyer() {
  const id = addOrganization(app.sandbox, '1001');
  return { id, client: await app.client({ organization_id: id }) };
}

async function paidTwice() {
  const { id, client } = await buyer();
  const order = await purchase(app, client, id, { wa_balance: '1000000' });
  await app.sandbox.mekariPay.payPart(order.number, { amount: 1_000_000 });
  const [exception] = await until(
    () => open(order.number),
    (found) => found.length > 0,
  );
  if (exception === undefined) throw new Error('it is not open');
  return { order, exception };
}

test('a payment exception is open until somebody closes it, with the name and the reason in the timeline', async () => {
  const before = (await gauge('surplus')) ?? Number.NaN;
  const { order, exception } = await paidTwice();
  expect(exception).toMatchObject({
    outcome: 'surplus',
    amount: 1_000_000n,
    currency: 'IDR',
    source: 'check',
  });
  expect(await gauge('surplus')).toBe(before + 1);
  await close(exception.id);
  expect(await open(order.number)).toEqual([]);
  expect(await gauge('surplus')).toBe(before);
  expect((await reportOrder(app.database, order.number)).timeline.at(-1)).toMatchObject({
    from: 'COMPLETED',
    to: 'COMPLETED',
    cause: 'operator: payment exception surplus closed',
    ...BY,
  });
});

test('a second close says who closed it first', async () => {
  const { order, exception } = await paidTwice();
  const outcomes = await Promise.allSettled([close(exception.id), close(exception.id)]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  await expect(close(exception.id)).rejects.toThrow(/was closed by rina@finance at .*: Given back at Mekari Pay/);
  const { timeline } = await reportOrder(app.database, order.number);
  expect(timeline.filter(({ cause }) => cause.endsWith('closed'))).toHaveLength(1);
});

test('an exception of a foreign order can be closed too', async () => {
  const { id, client } = await buyer();
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await app.sandbox.mekariPay.sendRaw({ body: invoiceEvent(app, order, { external_id: 'TU-OTHERS' }) });
  const [exception] = await open('TU-OTHERS');
  expect(exception?.outcome).toBe('unknown_order');
  await close(exception?.id ?? '');
  expect(await open('TU-OTHERS')).toEqual([]);
});

test('a payment under review is open until the order is approved or refunded', async () => {
  const { id, client } = await buyer();
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await payUntilReview(app, client, order);
  const [review] = await open(order.number);
  expect(review?.outcome).toBe('review');
  await expect(close(review?.id ?? '')).rejects.toThrow(/is under review: approve or refund the order instead/);
  await approveSeen(app, order.number, BY);
  expect(await open(order.number)).toEqual([]);
});

test('only an open payment exception can be closed', async () => {
  const { id, client } = await buyer();
  const { number } = await purchase(app, client, id, { wa_balance: '1000000' });
  const [settled] = (await reportOrder(app.database, number)).inbox;
  await expect(close(settled?.id ?? '')).rejects.toThrow(/is not an exception: its outcome is settled/);
  await expect(close('nonsense')).rejects.toThrow(
    'There is no payment event nonsense: `npm run orders -- exceptions` lists the open ones.',
  );
  await expect(close('00000000-0000-7000-8000-000000000000')).rejects.toThrow(/There is no payment event/);
});

test('the age of the oldest open payment of each outcome is a metric, until it is closed', async () => {
  const { id, client } = await buyer();
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  const invoice = invoiceEvent(app, order, { invoice_id: 'inv_others' });
  expect(await ageOf('other_invoice')).toBeUndefined();
  await app.sandbox.mekariPay.sendRaw({ body: invoice });
  const [exception] = await until(
    () => open(order.number),
    (found) => found.length > 0,
  );
  const older = [exception?.id, '90000 seconds'];
  await app.db.query(`begin; set local session_replication_role = replica;
    update payment_events set received_at = received_at - interval '${older[1]}' where id = '${older[0]}'; commit`);
  const age = (await ageOf('other_invoice')) ?? 0;
  expect(age).toBeGreaterThanOrEqual(90_000);
  expect(age).toBeLessThan(90_600);
  await close(exception?.id ?? '');
  expect(await ageOf('other_invoice')).toBeUndefined();
});
