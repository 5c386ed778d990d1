import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../../../src/audit/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { cancelOrder, reportOrder } from '../../../src/operators/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCancel } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, payUntilReview, purchase, readOrder, until } from '../../support/app/purchase.ts';
import { balances, inbox, invoiceEvent } from '../../support/app/webhook.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const BY = { actor: 'budi@operations', reason: 'Mekari Pay lost the invoice, case 4711' };
const cancel = (number: string) =>
  cancelOrder(
    { database: app.database, clock: systemClock, provider: () => app.neighbours.paymentProvider },
    number,
    BY,
  );

/** As the audit sees it two hours after the order's time to pay. */
const later = { now: () => new Date(Date.now() + 26 * 3_600_000) };
const violationsOf = async (number: string) =>
  (await audit(app.database, later)).violations.filter(({ subject }) => subject === number).map(({ check }) => check);

async function draft() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { id, client, order: await createOrder(client, id, { wa_balance: '1000000' }) };
}

async function pending() {
  const fixture = await draft();
  return { ...fixture, order: await confirmOrder(fixture.client, fixture.order) };
}

test('an order whose invoice Mekari Pay has lost is ended by an operator, with the name and the reason', async () => {
  const { client, order } = await pending();
  const invoice = app.sandbox.mekariPay.invoice(order.number)?.id;
  await app.sandbox.reset();
  expect((await tryCancel(client, order.id)).userErrors.map(({ code }) => code)).toEqual([
    'PAYMENT_PROVIDER_UNAVAILABLE',
  ]);

  expect(await violationsOf(order.number)).toEqual(['pending_order_moves']);
  expect(await cancel(order.number)).toMatchObject({
    order: { status: 'CANCELLED', paymentInvoiceId: invoice },
    invoices: { isLost: true, voided: [], received: [] },
  });
  expect((await reportOrder(app.database, order.number)).timeline.at(-1)).toMatchObject({
    from: 'PENDING_PAYMENT',
    to: 'CANCELLED',
    cause: 'operator: cancelled',
    ...BY,
  });
  expect(await violationsOf(order.number)).toEqual([]);
});

test('an invoice that Mekari Pay still knows is void before the order is cancelled', async () => {
  const { order } = await pending();
  const id = app.sandbox.mekariPay.invoice(order.number)?.id;
  expect((await cancel(order.number)).invoices).toEqual({ isLost: false, voided: [id], received: [] });
  expect(app.sandbox.mekariPay.invoice(order.number)?.status).toBe('void');
});

test('a draft is cancelled, and Mekari Pay is not asked', async () => {
  const { order } = await draft();
  await app.sandbox.mekariPay.refuse();
  expect((await cancel(order.number)).order.status).toBe('CANCELLED');
  await app.sandbox.mekariPay.accept();
});

describe('an order is not cancelled', () => {
  test('after Mekari Pay received something, and the refusal names the sum', async () => {
    const { client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    const id = app.sandbox.mekariPay.invoice(order.number)?.id;
    await expect(cancel(order.number)).rejects.toThrow(
      `${order.number} was not cancelled: mekari-pay received Rp1.000.000 for invoice ${id}. Run \`npm run orders -- retry ${order.number}\`, which settles it.`,
    );
    expect((await readOrder(client, order.id)).status).toBe('PENDING_PAYMENT');
  });

  test('if the paid invoice is another one than the order has', async () => {
    const { order } = await pending();
    await app.db.query(`update topup_orders set payment_invoice_id = 'inv_lost' where number = $1`, [order.number]);
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    await expect(cancel(order.number)).rejects.toThrow('mekari-pay received Rp1.000.000 for invoice inv_');
  });

  test('while Mekari Pay cannot be asked', async () => {
    const { client, order } = await pending();
    app.sandbox.mekariPay.faults.set([{ kind: 'status', status: 503 }]);
    await expect(cancel(order.number)).rejects.toThrow(/must first tell what it received: .* 503. Try again later/);
    expect((await readOrder(client, order.id)).status).toBe('PENDING_PAYMENT');
  });

  test('while a payment exception that names it is open', async () => {
    const { order } = await pending();
    await app.sandbox.mekariPay.sendRaw({ body: invoiceEvent(app, order, { invoice_id: 'inv_other' }) });
    const entries = await until(
      () => inbox(app, order.number),
      ({ length }) => length > 1,
    );
    expect(entries).toEqual(['webhook invoice.paid: hint', 'check invoice.paid: other_invoice']);
    await expect(cancel(order.number)).rejects.toThrow(
      /was not cancelled: the payment exception \S+ \(other_invoice\) names it\. Close that first\./,
    );
    expect(app.sandbox.mekariPay.invoice(order.number)?.status).toBe('pending');
  });

  test('when it is paid or under review', async () => {
    const { id, client } = await draft();
    const paid = await purchase(app, client, id, { wa_balance: '1000000' });
    await expect(cancel(paid.number)).rejects.toThrow(
      `${paid.number} is COMPLETED: only an order in DRAFT or PENDING_PAYMENT can be cancelled.`,
    );
    const { client: buyer, order } = await pending();
    await payUntilReview(app, buyer, order, { amount: 400_000 });
    await expect(cancel(order.number)).rejects.toThrow(
      `${order.number} is PAYMENT_REVIEW: something was received, so approve or refund it instead.`,
    );
  });
});

test('a payment that arrives after the cancel is credited', async () => {
  const { id, client, order } = await pending();
  await cancel(order.number);
  await app.sandbox.mekariPay.payLate(order.number);
  expect((await readOrder(client, order.id)).status).toMatch(/^(PAID|COMPLETED)$/);
  expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
});

test('two operators at once: one cancels, the other is told', async () => {
  const { order } = await pending();
  const outcomes = await Promise.allSettled([cancel(order.number), cancel(order.number)]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});
