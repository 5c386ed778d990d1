import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openPayments } from '../../../src/payments/index.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCheck, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder, until } from '../../support/app/purchase.ts';
import { balances, inbox, invoiceEvent } from '../../support/app/webhook.ts';
import { locksOn } from '../../support/database/locks.ts';
import { type Relay, type RelayedCall, startRelay } from '../../support/neighbours/relay.ts';

/** Two replicas with one database. Mekari Pay lists one paid invoice under two orders, and has none of their own by that id. */
let app: TestApp;
let replica: TestApp;
let pay: Relay;

beforeAll(async () => {
  pay = await startRelay();
  const options = { env: { MEKARI_PAY_URL: pay.url }, withoutBackground: true };
  app = await startApp(options);
  replica = await startApp({ ...options, shared: { db: app.db, sandbox: app.sandbox } });
  pay.setTarget(app.sandbox.mekariPay.url);
});
afterEach(async () => {
  pay.clear();
  await app.sandbox.reset();
});
afterAll(async () => {
  await replica.close();
  await app.close();
  await pay.stop();
});

/** An order that awaits its payment, at one of the replicas. */
async function pending(at: TestApp) {
  const id = addOrganization(app.sandbox, '1001');
  const client = await at.client({ organization_id: id });
  const draft = await createOrder(client, id, { wa_balance: '1000000' });
  return { at, id, client, draft };
}
type Fixture = Awaited<ReturnType<typeof pending>> & { order: OrderFragment };

async function withInvoice(at: TestApp): Promise<Fixture> {
  const fixture = await pending(at);
  return { ...fixture, order: await confirmOrder(fixture.client, fixture.draft) };
}

/** Its invoice could not be created, so a notice names it. */
async function withoutInvoice(at: TestApp): Promise<Fixture> {
  const fixture = await pending(at);
  app.sandbox.mekariPay.faults.set([{ kind: 'status', status: 503 }]);
  const { order } = await tryConfirm(fixture.client, fixture.draft);
  app.sandbox.mekariPay.faults.clear();
  if (order === undefined || order === null) throw new Error('the order was not confirmed');
  return { ...fixture, order };
}

type Row = Record<string, unknown>;

/** The list of an order's invoices has a paid one more, the same for both. */
const alsoListed =
  (orders: readonly OrderFragment[], shared: Row) =>
  (body: string, { path }: RelayedCall) => {
    const { data, ...rest } = JSON.parse(body) as { data?: Row | Row[] };
    const order = orders.find(({ number }) => path.includes(number));
    if (!Array.isArray(data) || order === undefined) return body;
    const paid = { status: 'paid', amount: 1_000_000, paid_amount: 1_000_000, currency: 'IDR', paid_currency: 'IDR' };
    return JSON.stringify({ ...rest, data: [...data, { ...paid, ...shared, external_id: order.number }] });
  };

/** Holds all entries of payments until both settlements have read the owners and wait to enter theirs. */
async function heldUntilBothWait(work: readonly (() => Promise<unknown>)[]): Promise<void> {
  const holder = new pg.Client({ connectionString: app.db.url });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query('lock table order_payments in share mode');
    const settled = Promise.all(work.map((settle) => settle()));
    await until(
      () => locksOn(app.db, 'order_payments', 'not granted'),
      ({ length }) => length === work.length,
    );
    await holder.query('commit');
    await settled;
  } finally {
    await holder.end();
  }
}

const check = ({ client, order }: Fixture) => tryCheck(client, order.id);
const notify =
  (invoice_id: string) =>
  ({ at, order }: Fixture) =>
    app.sandbox.mekariPay.sendRaw({
      body: invoiceEvent(app, order, { invoice_id }),
      url: `${at.url}/webhooks/mekari-pay`,
    });

const rounds = Array.from({ length: 6 }, (_, round) => round + 1);
const PAIRS = { 'two checks': 'checks', 'a notice and a check': 'notice', 'two notices': 'notices' } as const;

test.each(Object.entries(PAIRS).flatMap(([title, pair]) => rounds.map((round) => ({ title, pair, round }))))(
  'one paid invoice that $title settle for two orders at once pays one of them (round $round)',
  async ({ pair, round }) => {
    const invoiceId = `inv_shared_${pair}_${round}`;
    const [one, other] = [
      await (pair === 'checks' ? withInvoice : withoutInvoice)(app),
      await (pair === 'notices' ? withoutInvoice : withInvoice)(replica),
    ];
    pay.alterAnswers(alsoListed([one.order, other.order], { id: invoiceId }));
    const settleOne = pair === 'checks' ? check : notify(invoiceId);
    const settleOther = pair === 'notices' ? notify(invoiceId) : check;
    await heldUntilBothWait([() => settleOne(one), () => settleOther(other)]);
    await expectOnePaid([one, other], invoiceId);
  },
);

async function expectOnePaid(both: readonly Fixture[], invoiceId: string): Promise<void> {
  const statuses = await Promise.all(both.map(async ({ client, order }) => (await readOrder(client, order.id)).status));
  const paid = both.filter((_, index) => statuses[index] !== 'PENDING_PAYMENT');
  const unpaid = both.filter((_, index) => statuses[index] === 'PENDING_PAYMENT');
  const [owner, loser] = [paid[0], unpaid[0]];
  if (owner === undefined || loser === undefined) throw new Error(`not one of two is paid: ${statuses.join(', ')}`);
  expect(await balances(app, owner.id)).toEqual({ wa_balance: '1000000' });
  expect(await balances(app, loser.id)).toEqual({});
  expect((await inbox(app, owner.order.number)).filter((event) => event.endsWith(': settled'))).toHaveLength(1);
  const exceptions = (await openPayments(app.database)).filter((each) => each.invoiceId === invoiceId);
  expect(exceptions).toMatchObject([{ outcome: 'other_invoice', orderNumber: loser.order.number }]);
  expect(exceptions[0]?.detail).toContain(
    `The invoice belongs to order ${owner.order.number}, and the provider gives it for ${loser.order.number} too, for which it does not count.`,
  );
  // No later poll changes it.
  await Promise.all(both.map(({ client, order }) => tryCheck(client, order.id)));
  expect(await balances(app, loser.id)).toEqual({});
}
