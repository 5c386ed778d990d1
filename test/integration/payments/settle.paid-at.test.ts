import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { reconcileInvoices } from '../../../src/operators/index.ts';
import { openPayments } from '../../../src/payments/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';
import { balances, invoiceEvent } from '../../support/app/webhook.ts';
import { type Relay, startRelay } from '../../support/neighbours/relay.ts';

/** The provider names a time of payment that lies outside of the order's life, or none at all (domain.md 8.1). */
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

const UNREADABLE = 'no time that can be read';

/** The JSON of `paid_at`, and the exception's words for it. A webhook with an unreadable one is refused: a poll follows. */
const TIMES: [written: string, said: string][] = [
  ['"2001-01-01T00:00:00Z"', 'that it was paid at 2001-01-01T00:00:00.000Z'],
  ['"2100-02-28T23:59:59+07:00"', 'that it was paid at 2100-02-28T16:59:59.000Z'],
  ['"9999-12-31T23:59:59-23:59"', 'that it was paid at +010000-01-01T23:58:59.000Z'],
  ['"1970-01-01T00:00:00Z"', UNREADABLE],
  ['"0001-01-01T00:00:00Z"', UNREADABLE],
  ['"2026-02-30T00:00:00Z"', UNREADABLE],
  ['"yesterday"', UNREADABLE],
  ['""', UNREADABLE],
  ['1764000000', UNREADABLE],
];

const SOURCES = ['webhook', 'poll', 'list'] as const;

test.each(SOURCES.flatMap((source) => TIMES.map(([written, said]) => ({ source, written, said }))))(
  'paid at $written, by $source: credited and booked on the day of receipt, and an exception',
  async ({ source, written, said }) => {
    const id = addOrganization(app.sandbox, '1001');
    const client = await app.client({ organization_id: id });
    const order = await confirmOrder(client, await createOrder(client, id, { muv: '500' }));
    const before = new Date();
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    pay.alterAnswers((body) => body.replaceAll(/"paid_at":"[^"]*"/g, `"paid_at":${written}`));
    if (source === 'webhook') {
      const body = JSON.stringify(invoiceEvent(app, order, { paid_at: '@' })).replace('"@"', written);
      const { status } = await app.sandbox.mekariPay.sendRaw({ body });
      expect(status).toBe(said === UNREADABLE ? 400 : 200);
      if (said === UNREADABLE) await app.reconcile();
    } else if (source === 'poll') await app.reconcile();
    else {
      const findings: unknown[] = [];
      const onFinding = ({ kind, isMended }: { kind: string; isMended: boolean }) => findings.push({ kind, isMended });
      await reconcileInvoices(app.services.reconciliation, { since: before, isDryRun: false, onFinding });
      expect(findings).toEqual([{ kind: 'payment_not_credited', isMended: true }]);
    }
    const completed = await untilStatus(client, order.id, 'COMPLETED');
    expect(Date.parse(completed.paidAt ?? '')).toBeGreaterThanOrEqual(before.getTime());
    expect(Date.parse(completed.paidAt ?? '')).toBeLessThanOrEqual(Date.now());
    expect(await balances(app, id)).toEqual({ muv: '500' });
    const inJakarta = (at: Date) => new Date(at.getTime() + 7 * 3_600_000);
    const now = inJakarta(new Date());
    const monthEnd = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 0));
    expect(app.sandbox.moderator.booking(order.number)?.request).toMatchObject({
      paid_date: now.toISOString().slice(0, 10),
      lines: [{ period_end: monthEnd.toISOString().slice(0, 10) }],
    });
    const open = (await openPayments(app.database)).filter(({ orderNumber }) => orderNumber === order.number);
    expect(open).toMatchObject([
      {
        outcome: 'implausible_time',
        amount: 300_000n,
        detail: `The provider says ${said}; the time of receipt stands for that.`,
      },
    ]);
  },
);
