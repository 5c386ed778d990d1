import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../src/kernel/ids.ts';
import { reportOrder } from '../../../src/operators/index.ts';
import { openPayments } from '../../../src/payments/index.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase, until } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

async function buyer() {
  const id = addOrganization(app.sandbox, '1001');
  return { id, client: await app.client({ organization_id: id }) };
}

/** An exception of an earlier moment, when the order was not there or not payable. */
async function earlierException(order: OrderFragment, outcome: string, invoiceId: string): Promise<void> {
  await app.db.query(
    `insert into payment_events (id, event_id, source, type, order_number, invoice_id, amount, currency, outcome, received_at)
     values ($1, $2, 'webhook', 'invoice.paid', $3, $4, 1000000, 'IDR', $5, now() - interval '1 hour')`,
    [newId(), newId(), order.number, invoiceId, outcome],
  );
}

const openOutcomes = async ({ number }: OrderFragment) =>
  (await openPayments(app.database)).filter(({ orderNumber }) => orderNumber === number).map(({ outcome }) => outcome);
const closings = async ({ number }: OrderFragment) =>
  (await reportOrder(app.database, number)).timeline
    .map(({ cause }) => cause)
    .filter((cause) => cause.includes('closed'));

test.each(['unknown_order', 'not_payable', 'other_invoice'])(
  '%s is overtaken once the same invoice has credited the order, and the next poll closes it, once',
  async (outcome) => {
    const { id, client } = await buyer();
    const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
    const invoice = app.sandbox.mekariPay.invoice(order.number)?.id ?? '';
    await earlierException(order, outcome, invoice);
    await app.reconcile();
    expect(await openOutcomes(order)).toEqual([outcome]);
    await app.sandbox.mekariPay.pay(order.number);
    expect(await openOutcomes(order)).toEqual([]);
    await Promise.all([app.reconcile(), app.reconcile()]);
    await app.reconcile();
    expect(await closings(order)).toEqual([`payment exception ${outcome} closed: credited`]);
  },
);

test('money through another invoice than the one that credited the order still needs somebody', async () => {
  const { id, client } = await buyer();
  const order = await purchase(app, client, id, { wa_balance: '1000000' });
  await earlierException(order, 'not_payable', 'inv_another');
  await app.reconcile();
  expect(await openOutcomes(order)).toEqual(['not_payable']);
  expect(await closings(order)).toEqual([]);
});

test('a second payment of a credited order is never overtaken', async () => {
  const { id, client } = await buyer();
  const order = await purchase(app, client, id, { wa_balance: '1000000' });
  await app.sandbox.mekariPay.payPart(order.number, { amount: 1_000_000 });
  await until(
    () => openOutcomes(order),
    (open) => open.length > 0,
  );
  await app.reconcile();
  expect(await openOutcomes(order)).toEqual(['surplus']);
});
