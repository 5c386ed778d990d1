import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import {
  confirmOrder,
  createOrder,
  payUntilReview,
  readOrder,
  until,
  untilStatus,
} from '../../support/app/purchase.ts';
import { alerts, balances, inbox, invoiceEvent } from '../../support/app/webhook.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

async function draft() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { id, client, order: await createOrder(client, id, { agent_extra: '4' }) };
}

async function pending() {
  const fixture = await draft();
  return { ...fixture, order: await confirmOrder(fixture.client, fixture.order) };
}

const underReview = (number: string) =>
  app.sandbox.mail.waitFor(
    ({ subject }) => subject.includes(number) && /sedang kami periksa|reviewing the payment/.test(subject),
  );

describe('a repeated payment', () => {
  test('with the same event id ten times: stored once, credited once', async () => {
    const { id, client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number);
    const { statuses } = await app.sandbox.mekariPay.resend(order.number, { times: 9 });
    expect(statuses).toEqual(Array(9).fill(200));
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await inbox(app, order.number)).toEqual(['webhook invoice.paid: settled']);
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
    expect(alerts(app, order.number)).toEqual([]);
  });

  test('with other event ids: stored as repeats, credited once, without an alert', async () => {
    const { id, client, order } = await pending();
    const body = invoiceEvent(app, order);
    for (let i = 0; i < 3; i++) expect((await app.sandbox.mekariPay.sendRaw({ body })).status).toBe(200);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await inbox(app, order.number)).toEqual([
      'webhook invoice.paid: settled',
      'webhook invoice.paid: hint',
      'webhook invoice.paid: hint',
    ]);
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
    expect(alerts(app, order.number)).toEqual([]);
  });

  test('for a paid order, as a second payment, moves nothing, has a step of its own, and raises an alert', async () => {
    const { id, client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number);
    const completed = await untilStatus(client, order.id, 'COMPLETED');
    const { status } = await app.sandbox.mekariPay.payPart(order.number, { amount: 500_000 });
    expect(status).toBe(200);
    await until(
      async () => alerts(app, order.number),
      (raised) => raised.length > 0,
    );
    const { timeline, ...same } = await readOrder(client, order.id);
    const { timeline: before, ...unpaid } = completed;
    expect(same).toEqual(unpaid);
    const step = { from: 'COMPLETED', to: 'COMPLETED', cause: 'payment received: check' };
    expect(timeline).toEqual([...before, expect.objectContaining(step)]);
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
    expect(alerts(app, order.number)).toEqual(['payment_exception: surplus']);
  });
});

describe('a payment that does not fit', () => {
  test.each([
    ['a rupiah too little', { amount: 499_999 }],
    ['another currency', { currency: 'USD' }],
    ['another currency in small letters', { currency: 'idr' }],
  ])('%s: nothing is credited, and an operator and the buyer are notified', async (_, payment) => {
    const { id, client, order } = await pending();
    const reviewed = await payUntilReview(app, client, order, payment);
    expect(reviewed).toMatchObject({ status: 'PAYMENT_REVIEW', paidAt: null });
    expect(reviewed.timeline.at(-1)).toMatchObject({ from: 'PENDING_PAYMENT', cause: 'payment: check' });
    expect(await balances(app, id)).toEqual({});
    expect(alerts(app, order.number)).toEqual(['payment_review: review']);
    await underReview(order.number);
  });

  test('a rupiah too much: credited, and an operator is told of the surplus', async () => {
    const { id, client, order } = await pending();
    await app.sandbox.mekariPay.payWrong(order.number, { amount: 500_001 });
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
    expect(alerts(app, order.number)).toEqual(['payment_exception: surplus']);
  });

  test('nothing: nothing moves', async () => {
    const { id, client, order } = await pending();
    expect(
      (await app.sandbox.mekariPay.event(order.number, { type: 'invoice.paid', data: { amount: 0 } })).status,
    ).toBe(200);
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('PENDING_PAYMENT');
    expect(await balances(app, id)).toEqual({});
    expect(alerts(app, order.number)).toEqual([]);
  });

  test('the right amount after the wrong one: believed only once the provider says so when it is asked', async () => {
    const { id, client, order } = await pending();
    await payUntilReview(app, client, order);
    await app.sandbox.mekariPay.sendRaw({ body: invoiceEvent(app, order) });
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('PAYMENT_REVIEW');
    expect(await balances(app, id)).toEqual({});
    expect(alerts(app, order.number)).toEqual(['payment_review: review']);
  });

  test('for an unknown order: 200, stored, and an alert', async () => {
    const { order } = await draft();
    const body = invoiceEvent(app, { ...order, number: 'TU-000000-0000-0000' });
    // A repeat is stored and alerted about once.
    for (const id of ['msg_of_nobody', 'msg_of_nobody'])
      expect((await app.sandbox.mekariPay.sendRaw({ id, body })).status).toBe(200);
    expect(await inbox(app, 'TU-000000-0000-0000')).toEqual(['webhook invoice.paid: unknown_order']);
    expect(alerts(app, 'TU-000000-0000-0000')).toEqual(['payment_exception: unknown_order']);
  });

  test("for another order's invoice: pays nothing", async () => {
    const [one, other] = [await pending(), await pending()];
    const invoice_id = app.sandbox.mekariPay.invoice(other.order.number)?.id;
    const body = invoiceEvent(app, one.order, { invoice_id });
    expect((await app.sandbox.mekariPay.sendRaw({ body })).status).toBe(200);
    expect((await readOrder(one.client, one.order.id)).status).toBe('PENDING_PAYMENT');
    expect((await readOrder(other.client, other.order.id)).status).toBe('PENDING_PAYMENT');
    expect(alerts(app, one.order.number)).toEqual(['payment_exception: other_invoice']);
  });

  test('for an unconfirmed draft: not credited', async () => {
    const { id, client, order } = await draft();
    expect((await app.sandbox.mekariPay.sendRaw({ body: invoiceEvent(app, order) })).status).toBe(200);
    expect((await readOrder(client, order.id)).status).toBe('DRAFT');
    expect(await balances(app, id)).toEqual({});
    expect(alerts(app, order.number)).toEqual(['payment_exception: not_payable']);
  });
});

describe('an exact payment is believed only once the provider says so', () => {
  test.each([
    ['invoice.refunded', { refunded_amount: 200_000 }],
    ['invoice.paid', { refunded_amount: 200_000 }],
    ['invoice.partially_paid', { paid_amount: 500_000, refunded_amount: '200000.00' }],
    ['invoice.partially_refunded', { refunded_amount: 200_000 }],
  ])('after %s said that a part went back: %j', async (type, data) => {
    const { id, client, order } = await pending();
    await app.sandbox.mekariPay.event(order.number, { type, data });
    await app.sandbox.mekariPay.sendRaw({ body: invoiceEvent(app, order) });
    expect(await inbox(app, order.number)).toEqual([`webhook ${type}: hint`, 'webhook invoice.paid: hint']);
    expect((await readOrder(client, order.id)).status).toBe('PENDING_PAYMENT');
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    await app.reconcile();
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
    // The answer does not show what the notice said: a person compares the two.
    expect(alerts(app, order.number)).toEqual(['payment_exception: refunded']);
  });

  test.each(['invoice.paid', 'invoice.partially_paid', 'invoice.viewed'])(
    'after %s named another currency without a sum: the order is under review',
    async (type) => {
      const { id, client, order } = await pending();
      await app.sandbox.mekariPay.event(order.number, { type, data: { paid_currency: 'USD' } });
      await app.sandbox.mekariPay.sendRaw({ body: invoiceEvent(app, order) });
      await untilStatus(client, order.id, 'PAYMENT_REVIEW');
      expect(await app.db.query(`select review_reason from topup_orders where id = $1`, [order.id])).toEqual([
        { review_reason: 'WRONG_CURRENCY' },
      ]);
      expect(
        await app.db.query(`select detail from payment_events where order_id = $1 and outcome = 'review'`, [order.id]),
      ).toEqual([{ detail: 'Rp0 received of Rp500.000. Another currency came in, or a notice named it.' }]);
      expect(await balances(app, id)).toEqual({});
    },
  );
});

describe('failed and expired events', () => {
  test('before the payment are recorded; an expired invoice ends the order, and a late payment is credited', async () => {
    const { id, client, order } = await pending();
    await app.sandbox.mekariPay.fail(order.number);
    await app.sandbox.mekariPay.expire(order.number);
    await untilStatus(client, order.id, 'EXPIRED');
    await app.sandbox.mekariPay.payLate(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
    expect(await inbox(app, order.number)).toEqual([
      'webhook invoice.failed: hint',
      'webhook invoice.expired: hint',
      'webhook invoice.paid: settled',
    ]);
  });

  test.each(['fail', 'expire'] as const)('after the payment (%s) change nothing and raise an alert', async (action) => {
    const { id, client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number);
    const completed = await untilStatus(client, order.id, 'COMPLETED');
    expect((await app.sandbox.mekariPay[action](order.number)).status).toBe(200);
    expect(await readOrder(client, order.id)).toEqual(completed);
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
    expect(alerts(app, order.number)).toEqual(['payment_exception: contradicts_payment']);
  });
});

test('a payment links an invoice whose creation got no answer', async () => {
  const { id, client, order } = await draft();
  app.sandbox.mekariPay.faults.set([{ kind: 'drop-answer', match: { method: 'POST' }, times: 1 }]);
  expect((await tryConfirm(client, order)).order).toMatchObject({ status: 'PENDING_PAYMENT', paymentUrl: null });
  expect((await app.sandbox.mekariPay.pay(order.number)).status).toBe(200);
  await untilStatus(client, order.id, 'COMPLETED');
  expect(await balances(app, id)).toEqual({ agent_extra: '4' });
  const [row] = await app.db.query(`select payment_invoice_id from topup_orders where id = $1`, [order.id]);
  expect(row).toEqual({ payment_invoice_id: app.sandbox.mekariPay.invoice(order.number)?.id });
});

test('a payment passes no gate: the buyer gets the quota', async () => {
  const { id, client, order } = await pending();
  await app.setFlag('billing_new_topup', false);
  app.sandbox.hubCore.organizations.patch(id, { settings: { bifrost_new_topup: false }, components: [] });
  try {
    await app.sandbox.mekariPay.pay(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
  } finally {
    await app.setFlag('billing_new_topup', true);
  }
});
