import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { cancelOrder } from '../../../src/operators/index.ts';
import { openPayments } from '../../../src/payments/index.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder, untilStatus } from '../../support/app/purchase.ts';
import { alerts, balances, inbox, invoiceEvent } from '../../support/app/webhook.ts';
import { type Relay, startRelay } from '../../support/neighbours/relay.ts';

/** Mekari Pay gives the invoice of one order for another order too: when it creates, when it is asked, and in a notice. */
let app: TestApp;
let pay: Relay;

beforeAll(async () => {
  pay = await startRelay();
  app = await startApp({ env: { MEKARI_PAY_URL: pay.url } });
  pay.setTarget(app.sandbox.mekariPay.url);
});
afterEach(async () => {
  pay.clear();
  await app.sandbox.reset();
});
afterAll(async () => {
  await app.close();
  await pay.stop();
});

async function draft() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { id, client, order: await createOrder(client, id, { wa_balance: '1000000' }) };
}
type Fixture = Awaited<ReturnType<typeof draft>>;

async function pending(): Promise<Fixture> {
  const fixture = await draft();
  return { ...fixture, order: await confirmOrder(fixture.client, fixture.order) };
}

const invoiceOf = ({ number }: OrderFragment) => app.sandbox.mekariPay.invoice(number)?.id ?? '';

type Row = Record<string, unknown>;

/** Every answer has the order's invoice under another id. */
const underId =
  ({ number }: OrderFragment, id: string) =>
  (body: string) => {
    const change = (row: Row) => (row['external_id'] === number ? { ...row, id } : row);
    const { data, ...rest } = JSON.parse(body) as { data?: Row | Row[] };
    return JSON.stringify({ ...rest, data: Array.isArray(data) ? data.map(change) : data && change(data) });
  };

/** The list of an order's invoices has that of its owner too, under the order's number, and perhaps under another id. */
const alsoListed =
  (order: OrderFragment, owner: OrderFragment, changes: Row = {}) =>
  (body: string) => {
    const { data, ...rest } = JSON.parse(body) as { data?: Row | Row[] };
    const isOfOrder = Array.isArray(data) && data.every((row) => row['external_id'] === order.number);
    const added = { ...app.sandbox.mekariPay.invoice(owner.number), external_id: order.number, ...changes };
    return JSON.stringify({ ...rest, data: isOfOrder ? [...data, added] : data });
  };

const exceptionsOf = async ({ number }: OrderFragment) =>
  (await openPayments(app.database)).filter(({ orderNumber }) => orderNumber === number);
const statusOf = async ({ client, order }: Fixture) => (await readOrder(client, order.id)).status;
const sentence = (one: Fixture, owner: Fixture) =>
  `The invoice belongs to order ${owner.order.number}, and the provider gives it for ${one.order.number} too, for which it does not count.`;

async function expectPaidAlone(owner: Fixture) {
  await untilStatus(owner.client, owner.order.id, 'COMPLETED');
  expect(await balances(app, owner.id)).toEqual({ wa_balance: '1000000' });
  expect(await exceptionsOf(owner.order)).toEqual([]);
}

describe("a new order that gets another's invoice", () => {
  async function given() {
    const [owner, one] = [await pending(), await draft()];
    const invoiceId = invoiceOf(owner.order);
    pay.alterAnswers(underId(one.order, invoiceId));
    expect(codes(await tryConfirm(one.client, one.order))).toEqual(['PAYMENT_PROVIDER_UNAVAILABLE']);
    return { owner, one, invoiceId };
  }

  test('waits without a link, an operator sees both orders once, and it gets an invoice of its own later', async () => {
    const { owner, one, invoiceId } = await given();
    for (let poll = 1; poll <= 3; poll++) await app.reconcile();
    expect(await exceptionsOf(one.order)).toMatchObject([
      { outcome: 'other_invoice', invoiceId, amount: null, detail: sentence(one, owner) },
    ]);
    expect(alerts(app, one.order.number)).toEqual(['payment_exception: other_invoice']);
    expect(await readOrder(one.client, one.order.id)).toMatchObject({ status: 'PENDING_PAYMENT', paymentUrl: null });

    await app.sandbox.mekariPay.pay(owner.order.number);
    await expectPaidAlone(owner);
    await app.reconcile();
    expect(await balances(app, one.id)).toEqual({});

    pay.clear();
    await app.reconcile();
    const mended = await readOrder(one.client, one.order.id);
    expect(mended.paymentUrl).toContain(`/pay/${invoiceOf(one.order)}`);
    await app.sandbox.mekariPay.pay(one.order.number);
    await untilStatus(one.client, one.order.id, 'COMPLETED');
    expect(await balances(app, one.id)).toEqual({ wa_balance: '1000000' });
  });

  test("is cancelled by its buyer or by time, and the other's invoice can still be paid", async () => {
    const [cancelled, expired] = [await given(), await given()];
    pay.alterAnswers((body) =>
      underId(expired.one.order, expired.invoiceId)(underId(cancelled.one.order, cancelled.invoiceId)(body)),
    );
    await app.db.query(`update topup_orders set payment_expires_at = now() where id = $1`, [expired.one.order.id]);
    expect((await tryCancel(cancelled.one.client, cancelled.one.order.id)).order?.status).toBe('CANCELLED');
    await app.reconcile();
    expect(await statusOf(expired.one)).toBe('EXPIRED');
    for (const { owner, invoiceId } of [cancelled, expired]) {
      expect(app.sandbox.mekariPay.invoice(invoiceId)?.status).toBe('pending');
      await app.sandbox.mekariPay.pay(owner.order.number);
      await expectPaidAlone(owner);
    }
  });

  test('is ended by an operator once the exception is closed', async () => {
    const { one, invoiceId } = await given();
    const parts = { database: app.database, clock: systemClock, provider: () => app.neighbours.paymentProvider };
    const by = { actor: 'rina', reason: 'Mekari Pay gave it the invoice of another order' };
    await expect(cancelOrder(parts, one.order.number, by)).rejects.toThrow(/\(other_invoice\) names it/);
    await app.db.query(
      `insert into payment_exception_closings (payment_event_id, actor, reason, closed_at)
       select id, 'rina', 'told Mekari Pay', now() from payment_events where order_id = $1`,
      [one.order.id],
    );
    await cancelOrder(parts, one.order.number, by);
    expect(app.sandbox.mekariPay.invoice(invoiceId)?.status).toBe('pending');
  });
});

describe("an answer about an order that has another's invoice", () => {
  test.each(['paid', 'unpaid'])('%s: it counts for its owner alone, and an exception names both', async (state) => {
    const [owner, one] = [await pending(), await pending()];
    const invoiceId = invoiceOf(owner.order);
    if (state === 'paid') await app.sandbox.mekariPay.pay(owner.order.number, { webhook: false });
    pay.alterAnswers(alsoListed(one.order, owner.order));
    for (let poll = 1; poll <= 2; poll++) await app.reconcile();
    expect(await statusOf(one)).toBe('PENDING_PAYMENT');
    expect(await balances(app, one.id)).toEqual({});
    const came = state === 'paid' ? ' Rp1.000.000 came in through it.' : '';
    expect(await exceptionsOf(one.order)).toMatchObject([
      {
        outcome: 'other_invoice',
        invoiceId,
        amount: state === 'paid' ? 1_000_000n : null,
        detail: sentence(one, owner) + came,
      },
    ]);
    if (state === 'paid') return expectPaidAlone(owner);
    expect((await tryCancel(one.client, one.order.id)).order?.status).toBe('CANCELLED');
    expect(app.sandbox.mekariPay.invoice(invoiceId)?.status).toBe('pending');
  });

  test('and no longer has its own: an exception, and nothing is received', async () => {
    const [owner, one] = [await pending(), await pending()];
    const invoiceId = invoiceOf(owner.order);
    await app.sandbox.mekariPay.pay(owner.order.number, { webhook: false });
    await app.sandbox.mekariPay.lose(one.order.number);
    pay.alterAnswers(alsoListed(one.order, owner.order));
    await app.reconcile();
    expect(await statusOf(one)).toBe('PENDING_PAYMENT');
    expect(await exceptionsOf(one.order)).toMatchObject([{ outcome: 'other_invoice', invoiceId }]);
    await expectPaidAlone(owner);
  });

  test('a second invoice, through which money came in for its owner, counts for no order after that', async () => {
    const [owner, one, other] = [await pending(), await pending(), await pending()];
    const second = { id: 'inv_second', status: 'paid', paid_amount: 1_000_000, paid_currency: 'IDR' };
    pay.alterAnswers(alsoListed(owner.order, owner.order, second));
    await app.reconcile();
    await untilStatus(owner.client, owner.order.id, 'COMPLETED');
    pay.alterAnswers(alsoListed(one.order, owner.order, second));
    await app.reconcile();
    await app.sandbox.mekariPay.sendRaw({ body: invoiceEvent(app, other.order, { invoice_id: second.id }) });
    for (const fixture of [one, other]) {
      expect(await balances(app, fixture.id)).toEqual({});
      expect((await exceptionsOf(fixture.order))[0]?.detail).toContain(sentence(fixture, owner));
    }
  });
});

test("a notice about an order with another's invoice: 200, no credit, and an exception names both", async () => {
  const [owner, one] = [await pending(), await pending()];
  const invoice_id = invoiceOf(owner.order);
  const body = invoiceEvent(app, one.order, { invoice_id });
  expect((await app.sandbox.mekariPay.sendRaw({ body })).status).toBe(200);
  await app.reconcile();
  expect(await inbox(app, one.order.number)).toEqual(['webhook invoice.paid: other_invoice']);
  expect(await exceptionsOf(one.order)).toMatchObject([{ invoiceId: invoice_id, detail: sentence(one, owner) }]);
  expect(await balances(app, one.id)).toEqual({});
  await app.sandbox.mekariPay.pay(owner.order.number);
  await expectPaidAlone(owner);
});
