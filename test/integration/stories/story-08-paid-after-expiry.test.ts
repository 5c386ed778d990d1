import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder, readOrder, untilStatus } from '../../support/app/purchase.ts';
import { ledgerTable } from '../../support/database/ledger-table.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

// The order is from the day before yesterday: its webhook arrives today.
const time = movableClock(-2 * 86_400);
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ clock: time.clock, sandbox: { clock: time.now } });
});

afterAll(() => app.close());

test('paid after its expiry, the order is credited, booked and mailed all the same', async () => {
  const admin = await app.client({ organization_id: '1001', expires_in: 4 * 86_400 });
  const order = await confirmOrder(admin, await createOrder(admin, '1001', { voice_call_extra: '750000' }));

  time.advance(86_400 + 60);
  await app.reconcile();
  expect((await readOrder(admin, order.id)).status).toBe('EXPIRED');
  await app.sandbox.mail.waitFor(({ subject }) => subject.includes(order.number) && subject.includes('kedaluwarsa'));
  expect(await ledgerTable(app.db)).toMatchInlineSnapshot(
    `"organization | quota | kind | quantity | period | unit_price | amount"`,
  );

  time.toPresent();
  expect((await app.sandbox.mekariPay.payLate(order.number)).status).toBe(200);
  const completed = await untilStatus(admin, order.id, 'COMPLETED');
  expect(completed.timeline.map(({ from, to, cause }) => `${from} → ${to}: ${cause}`)).toEqual([
    'null → DRAFT: createTopupOrder',
    'DRAFT → PENDING_PAYMENT: confirmOrder',
    'PENDING_PAYMENT → EXPIRED: time: unpaid, and the provider says so',
    'EXPIRED → PAID: payment: webhook',
    'PAID → COMPLETED: paid PI booked',
  ]);
  expect(app.sandbox.moderator.booking(order.number)?.pi_number).toBe(completed.paidInvoiceNumber);
  await app.sandbox.mail.waitFor(({ text }) => text.includes(completed.paidInvoiceNumber ?? '?'));
  expect(await ledgerTable(app.db)).toMatchInlineSnapshot(`
    "organization | quota            | kind  | quantity | period | unit_price | amount
    1001         | voice_call_extra | TOPUP | 750000   |        | 1          | 750000"
  `);
});
