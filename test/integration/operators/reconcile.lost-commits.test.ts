import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { closePaymentException, type Finding, reconcileInvoices, reportOrder } from '../../../src/operators/index.ts';
import { openPayments } from '../../../src/payments/index.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase, readOrder, untilStatus } from '../../support/app/purchase.ts';
import { balances } from '../../support/app/webhook.ts';
import { type CopyableDatabase, createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { assertInvariants } from '../../support/database/invariants.ts';

/**
 * A failover to a standby that lags: the primary goes on after the copy, and what it committed since then is gone. The
 * neighbours keep what they were told.
 */
let first: TestApp;
let primary: CopyableDatabase;
let standby: TestDatabase;
let app: TestApp;
const failedOverAt = new Date();
const buyers = {} as Record<'pending' | 'draft' | 'lost' | 'open' | 'overpaid' | 'quiet', string>;
/** The orders as they were before the failover. */
const orders = {} as Record<keyof typeof buyers, OrderFragment>;

const ITEMS = { wa_balance: '1000000' };
const clientOf = (at: TestApp, buyer: keyof typeof buyers) => at.client({ organization_id: buyers[buyer] });
const draftOf = async (at: TestApp, buyer: keyof typeof buyers) =>
  createOrder(await clientOf(at, buyer), buyers[buyer], ITEMS);

beforeAll(async () => {
  primary = await createDatabase();
  first = await startApp({ db: primary });
  const { sandbox } = first;
  for (const buyer of ['pending', 'draft', 'lost', 'open', 'overpaid', 'quiet'] as const)
    buyers[buyer] = addOrganization(sandbox, '1001');
  orders.quiet = await purchase(first, await clientOf(first, 'quiet'), buyers.quiet, ITEMS);
  orders.overpaid = await purchase(first, await clientOf(first, 'overpaid'), buyers.overpaid, ITEMS);
  orders.draft = await draftOf(first, 'draft');
  orders.pending = await confirmOrder(await clientOf(first, 'pending'), await draftOf(first, 'pending'));
  await first.stop();
  standby = await primary.copy();
  await goOn();
  app = await startApp({ shared: { db: standby, sandbox } });
  sandbox.mekariPay.setWebhookUrl(`${app.url}/webhooks/mekari-pay`);
});

/** The primary takes, credits and books three payments that the standby never hears of. */
async function goOn(): Promise<void> {
  const { sandbox } = first;
  const goneOn = await startApp({ shared: { db: primary, sandbox } });
  sandbox.mekariPay.setWebhookUrl(`${goneOn.url}/webhooks/mekari-pay`);
  const confirmed = async (buyer: keyof typeof buyers, draft: OrderFragment) =>
    confirmOrder(await clientOf(goneOn, buyer), draft);
  await confirmed('draft', orders.draft);
  orders.lost = await confirmed('lost', await draftOf(goneOn, 'lost'));
  orders.open = await confirmed('open', await draftOf(goneOn, 'open'));
  for (const buyer of ['pending', 'draft', 'lost'] as const) {
    await sandbox.mekariPay.pay(orders[buyer].number);
    orders[buyer] = await untilStatus(await clientOf(goneOn, buyer), orders[buyer].id, 'COMPLETED');
  }
  await sandbox.mekariPay.payPart(orders.overpaid.number, { amount: 400_000, webhook: false });
  await goneOn.stop();
}

afterAll(async () => {
  await app?.stop();
  await first?.sandbox.stop();
  await assertInvariants(standby);
  await Promise.all([primary.drop(), standby.drop()]);
});

async function reconcile({ isDryRun = false } = {}) {
  const findings: Finding[] = [];
  const onFinding = (finding: Finding) => findings.push(finding);
  const { reconciliation } = app.services;
  const summary = await reconcileInvoices(reconciliation, { since: failedOverAt, isDryRun, onFinding });
  const of = (buyer: keyof typeof buyers) =>
    findings
      .filter(({ orderNumber }) => orderNumber === orders[buyer].number)
      .map(({ kind, detail, isMended }) => `${isMended ? 'mended' : 'to mend'} ${kind}: ${detail}`);
  return { summary, findings, of };
}

const openOf = async (buyer: keyof typeof buyers) =>
  (await openPayments(app.database)).filter(({ orderNumber }) => orderNumber === orders[buyer].number);
const unknownPayments = () => openOf('lost');

describe('after a failover that lost commits', () => {
  test('a dry run lists every difference and changes nothing', async () => {
    const { summary, of, findings } = await reconcile({ isDryRun: true });
    expect(summary).toEqual({ invoices: 6, foreign: 0 });
    const received = 'The provider received Rp1.000.000 of Rp1.000.000, and the order is';
    const booked = (buyer: keyof typeof buyers, status: string) =>
      `to mend pi_not_stored: Accounting has booked it as ${orders[buyer].paidInvoiceNumber}, and the order is ${status} here.`;
    expect(of('pending')).toEqual([
      `to mend payment_not_credited: ${received} PENDING_PAYMENT here.`,
      booked('pending', 'PENDING_PAYMENT'),
    ]);
    expect(of('draft')).toEqual([`to mend payment_not_credited: ${received} DRAFT here.`, booked('draft', 'DRAFT')]);
    expect(of('lost')).toEqual([
      `to mend order_unknown: The provider received Rp1.000.000, and we have no such order. Accounting has booked it as ${orders.lost.paidInvoiceNumber} over Rp1.000.000.`,
    ]);
    const invoice = app.sandbox.mekariPay.invoice(orders.open.number)?.id;
    expect(of('open')).toEqual([
      `to mend order_unknown: Invoice ${invoice} can still be paid, and we have no such order.`,
    ]);
    expect(of('overpaid')).toEqual([
      'to mend sums_differ: The provider received Rp1.400.000, and the order, which is COMPLETED, asked for Rp1.000.000.',
    ]);
    expect(of('quiet')).toEqual([]);
    expect(findings).toHaveLength(7);

    expect((await readOrder(await clientOf(app, 'pending'), orders.pending.id)).status).toBe('PENDING_PAYMENT');
    expect(await unknownPayments()).toEqual([]);
  });

  test('a run credits the order that was paid, under the PI that accounting had booked before', async () => {
    const { of } = await reconcile();
    expect(of('pending').map((line) => line.split(':')[0])).toEqual([
      'mended payment_not_credited',
      'mended pi_not_stored',
    ]);
    const completed = await untilStatus(await clientOf(app, 'pending'), orders.pending.id, 'COMPLETED');
    expect(completed.paidInvoiceNumber).toBe(orders.pending.paidInvoiceNumber);
    expect(await balances(app, buyers.pending)).toEqual({ wa_balance: '1000000' });
    expect(app.sandbox.moderator.bookings().map(({ request }) => request.order_number)).toHaveLength(5);
  });

  test('a repeat has nothing more to mend by itself, and the money of the lost order is one open exception', async () => {
    const { of, findings } = await reconcile();
    expect(of('pending')).toEqual([]);
    expect(findings.filter(({ isMended }) => isMended)).toEqual([]);
    expect(await unknownPayments()).toMatchObject([{ outcome: 'unknown_order', amount: 1_000_000n, currency: 'IDR' }]);
  });

  test('the lost order is no finding any more once an operator has closed its exception', async () => {
    const [exception] = await unknownPayments();
    const by = { actor: 'rina', reason: 'Given back at Mekari Pay, the PI is cancelled' };
    await closePaymentException(app.database, systemClock, exception?.id ?? '', by);
    expect((await reconcile()).of('lost')).toEqual([]);
  });

  test('money that waits at a neighbour which fails is a finding, and hides no other', async () => {
    app.sandbox.moderator.faults.set([{ kind: 'status', status: 503, match: { method: 'GET' } }]);
    const { of } = await reconcile();
    app.sandbox.moderator.faults.clear();
    expect(of('overpaid')).toEqual([
      'to mend sums_differ: The provider received Rp1.400.000, and the order, which is COMPLETED, asked for Rp1.000.000.',
      'to mend not_compared: It could not be compared: moderator unavailable: it answered 503.',
    ]);
    expect(of('open')).toHaveLength(2);
  });

  test('the surplus of a credited order is no finding any more once an operator has closed its exception', async () => {
    expect((await reconcile()).of('overpaid')).toHaveLength(1);
    const open = await openOf('overpaid');
    expect(open).toHaveLength(1);
    const by = { actor: 'rina', reason: 'The rest is given back at Mekari Pay' };
    await closePaymentException(app.database, systemClock, open[0]?.id ?? '', by);
    expect((await reconcile()).of('overpaid')).toEqual([]);
    expect(await openOf('overpaid')).toEqual([]);
  });

  test('the draft is credited when its buyer confirms it again: the invoice is there, and it is paid', async () => {
    const client = await clientOf(app, 'draft');
    expect(await openOf('draft')).toMatchObject([{ outcome: 'not_payable', amount: 1_000_000n }]);
    await confirmOrder(client, await readOrder(client, orders.draft.id));
    await reconcile();
    const { paidInvoiceNumber } = await untilStatus(client, orders.draft.id, 'COMPLETED');
    expect(paidInvoiceNumber).toBe(orders.draft.paidInvoiceNumber);
    expect(await balances(app, buyers.draft)).toEqual({ wa_balance: '1000000' });
    expect((await reconcile()).of('draft')).toEqual([]);
  });

  test('its exception tells nobody to give the money back any more, and closes itself', async () => {
    expect(await openOf('draft')).toEqual([]);
    await app.reconcile();
    const { timeline } = await reportOrder(app.database, orders.draft.number);
    expect(timeline.at(-1)).toMatchObject({ cause: 'payment exception not_payable closed: credited', actor: null });
    expect(
      await app.db.query(
        `select closing.actor, closing.reason from payment_exception_closings closing
         join payment_events event on event.id = closing.payment_event_id where event.order_number = $1`,
        [orders.draft.number],
      ),
    ).toEqual([
      {
        actor: 'system',
        reason: `The same payment has credited ${orders.draft.number}: there is nothing to give back.`,
      },
    ]);
  });
});
