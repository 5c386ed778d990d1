import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, payUntilReview, readOrder, untilStatus } from '../../support/app/purchase.ts';
import { alerts, balances, inbox } from '../../support/app/webhook.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const DAY = 86_400;
const HALF_AN_HOUR = 1800;

// Each test starts two days ago, so that its webhooks can arrive after the order's time, at the present.
const time = movableClock();
/** Mekari Pay's clock is behind by this much: an invoice can still be paid after our deadline. */
let lagSeconds = 0;
let app: TestApp;

beforeAll(async () => {
  app = await startApp({
    clock: time.clock,
    sandbox: { clock: () => new Date(time.now().getTime() - lagSeconds * 1000), wireClock: time.now },
  });
});

afterEach(async () => {
  time.toPresent();
  lagSeconds = 0;
  await app.sandbox.reset();
});
afterAll(() => app.close());

async function draft() {
  time.toPresent();
  time.advance(-2 * DAY);
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id, expires_in: 4 * DAY });
  return { id, client, order: await createOrder(client, id, { wa_balance: '1000000' }) };
}

async function pending() {
  const fixture = await draft();
  return { ...fixture, order: await confirmOrder(fixture.client, fixture.order) };
}

const expiryMail = (number: string) =>
  app.sandbox.mail.messages().filter(({ subject }) => subject.includes(number) && subject.includes('kedaluwarsa'));

describe('a webhook that never comes', () => {
  test('is replaced by the poll, which credits the payment', async () => {
    const { id, client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    await app.reconcile();
    const completed = await untilStatus(client, order.id, 'COMPLETED');
    expect(completed.timeline.map(({ cause }) => cause)).toContain('payment: poll');
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
  });

  test('is a repeat without an alert when it comes after all', async () => {
    const { id, client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    await Promise.all([app.reconcile(), app.reconcile()]);
    await untilStatus(client, order.id, 'COMPLETED');
    time.toPresent();
    expect((await app.sandbox.mekariPay.resend(order.number)).statuses).toEqual([200]);
    expect(await inbox(app, order.number)).toEqual(['poll invoice.paid: settled', 'webhook invoice.paid: hint']);
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
    expect(alerts(app, order.number)).toEqual([]);
  });

  test.each([
    ['amount', { amount: 999_999 }],
    ['currency', { currency: 'USD' }],
  ])('does not hide a wrong %s from the poll', async (_, payment) => {
    const { id, client, order } = await pending();
    await app.sandbox.mekariPay.payWrong(order.number, { ...payment, webhook: false });
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('PAYMENT_REVIEW');
    expect(await balances(app, id)).toEqual({});
  });

  test('of one order does not affect another', async () => {
    const [sick, well] = [await pending(), await pending()];
    const invoice = app.sandbox.mekariPay.invoice(sick.order.number)?.id ?? '?';
    await app.sandbox.mekariPay.pay(well.order.number, { webhook: false });
    app.sandbox.mekariPay.faults.set([{ kind: 'wrong-shape', match: { path: invoice } }]);
    await app.reconcile();
    await untilStatus(well.client, well.order.id, 'COMPLETED');
    expect((await readOrder(sick.client, sick.order.id)).status).toBe('PENDING_PAYMENT');
  });
});

describe('drafts', () => {
  test('expire at the end of their quote, not before, and without a mail', async () => {
    const { client, order } = await draft();
    time.advance(HALF_AN_HOUR - 5);
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('DRAFT');
    time.advance(6);
    await app.reconcile();
    const expired = await readOrder(client, order.id);
    expect(expired.status).toBe('EXPIRED');
    expect(expired.timeline.at(-1)).toMatchObject({ from: 'DRAFT', cause: 'time: the quote ran out' });
    expect(app.sandbox.mekariPay.invoices(order.number)).toEqual([]);
    expect(expiryMail(order.number)).toEqual([]);
  });
});

describe('unpaid orders', () => {
  test('wait for their whole day', async () => {
    const { client, order } = await pending();
    time.advance(DAY - 10);
    await app.reconcile();
    expect(await readOrder(client, order.id)).toMatchObject({
      status: 'PENDING_PAYMENT',
      paymentUrl: order.paymentUrl,
    });
  });

  test('expire after it, and the buyer is notified', async () => {
    const { client, order } = await pending();
    time.advance(DAY + 1);
    await app.reconcile();
    expect(await readOrder(client, order.id)).toMatchObject({ status: 'EXPIRED', paymentUrl: null });
    expect(app.sandbox.mekariPay.invoice(order.number)?.status).toBe('expired');
    await app.sandbox.mail.waitFor(({ subject }) => subject.includes(order.number) && subject.includes('kedaluwarsa'));
    expect(app.sandbox.moderator.booking(order.number)).toBeUndefined();
  });

  test('expire once, with one mail, when two replicas process them at once', async () => {
    const { client, order } = await pending();
    time.advance(DAY + 1);
    await Promise.all([app.reconcile(), app.reconcile(), app.reconcile()]);
    await app.sandbox.mail.waitFor(({ subject }) => subject.includes(order.number) && subject.includes('kedaluwarsa'));
    await app.reconcile();
    expect((await readOrder(client, order.id)).timeline.map(({ to }) => to)).toEqual([
      'DRAFT',
      'PENDING_PAYMENT',
      'EXPIRED',
    ]);
    expect(expiryMail(order.number)).toHaveLength(1);
  });

  test.each([
    ['Mekari Pay is down', { kind: 'status', status: 503 }],
    ['Mekari Pay answers nonsense', { kind: 'wrong-shape' }],
  ] as const)('do not expire while %s', async (_, fault) => {
    const { client, order } = await pending();
    time.advance(DAY + 1);
    app.sandbox.mekariPay.faults.set([fault]);
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('PENDING_PAYMENT');
    app.sandbox.mekariPay.faults.clear();
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('EXPIRED');
  });

  test('do not expire before their payable invoice is void', async () => {
    lagSeconds = 3600;
    const { client, order } = await pending();
    time.advance(DAY + 1);
    app.sandbox.mekariPay.faults.set([{ kind: 'status', status: 500, match: { path: '/void' } }]);
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('PENDING_PAYMENT');
    app.sandbox.mekariPay.faults.clear();
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('EXPIRED');
    expect(app.sandbox.mekariPay.invoice(order.number)?.status).toBe('void');
  });

  test('do not expire after a payment in the last minute: they are credited', async () => {
    const { id, client, order } = await pending();
    time.advance(DAY - 30);
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    time.advance(60);
    await app.reconcile();
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
  });

  test('expire even when Mekari Pay was down all day and never made an invoice', async () => {
    const { client, order } = await draft();
    await app.sandbox.mekariPay.refuse();
    expect((await tryConfirm(client, order)).order?.paymentUrl).toBeNull();
    time.advance(DAY + 1);
    await app.sandbox.mekariPay.accept();
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('EXPIRED');
    expect(app.sandbox.mekariPay.invoices(order.number)).toEqual([]);
  });
});

describe('a late payment', () => {
  test('after the expiry is credited all the same', async () => {
    const { id, client, order } = await pending();
    time.advance(DAY + 1);
    await app.reconcile();
    time.toPresent();
    expect((await app.sandbox.mekariPay.payLate(order.number)).status).toBe(200);
    const completed = await untilStatus(client, order.id, 'COMPLETED');
    expect(completed.timeline.map(({ to }) => to)).toEqual([
      'DRAFT',
      'PENDING_PAYMENT',
      'EXPIRED',
      'PAID',
      'COMPLETED',
    ]);
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
  });

  test('after the order was cancelled is credited all the same', async () => {
    const { id, client, order } = await pending();
    await tryCancel(client, order.id);
    time.toPresent();
    expect((await app.sandbox.mekariPay.payLate(order.number)).status).toBe(200);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
  });

  test('of a wrong amount after the expiry goes to review', async () => {
    const { id, client, order } = await pending();
    time.advance(DAY + 1);
    await app.reconcile();
    time.toPresent();
    await payUntilReview(app, client, order);
    expect(await balances(app, id)).toEqual({});
  });

  test('of an expired draft is unexpected: an alert', async () => {
    const { client, order } = await draft();
    time.advance(HALF_AN_HOUR + 1);
    await app.reconcile();
    time.toPresent();
    const data = { invoice_id: 'inv_x', external_id: order.number, amount: 1_000_000, currency: 'IDR', paid_at: null };
    expect((await app.sandbox.mekariPay.sendRaw({ body: { type: 'invoice.paid', data } })).status).toBe(200);
    expect((await readOrder(client, order.id)).status).toBe('EXPIRED');
    expect(alerts(app, order.number)).toEqual(['payment_exception: not_payable']);
  });
});

test('a stopped run ends its current order and leaves the rest to the next run', async () => {
  const fixtures = [await pending(), await pending(), await draft()];
  time.advance(DAY + 1);
  const statuses = () =>
    Promise.all(fixtures.map(async ({ client, order }) => (await readOrder(client, order.id)).status));
  await app.services.reconcile.run(AbortSignal.abort());
  expect(await statuses()).toEqual(['PENDING_PAYMENT', 'PENDING_PAYMENT', 'DRAFT']);
  await app.reconcile();
  expect(await statuses()).toEqual(['EXPIRED', 'EXPIRED', 'EXPIRED']);
});

test('the run starts on its timer', async () => {
  const own = await startApp({ env: { RECONCILE_INTERVAL_SECONDS: '1', QUOTE_TTL_SECONDS: '1' } });
  try {
    const client = await own.client();
    const { id } = await createOrder(client, '1001', { wa_balance: '1000000' });
    await untilStatus(client, id, 'EXPIRED');
  } finally {
    await own.close();
  }
});
