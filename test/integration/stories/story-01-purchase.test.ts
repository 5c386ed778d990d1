import { afterAll, beforeAll, expect, test } from 'vitest';
import { TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';
import { ledgerTable } from '../../support/database/ledger-table.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app.close());

test('options, review, confirm, pay: the balance rises, the PI is booked, the e-mail is sent', async () => {
  const admin = await app.client({ organization_id: '1001' });
  const { topupOptions } = await admin.query(TopupOptionsDocument, {});
  const whatsapp = topupOptions?.find((option) => option.code === 'wa_balance');
  expect(whatsapp).toMatchObject({ minimum: '1000000', unitPrice: { amount: '1' }, balance: { balance: '0' } });

  const draft = await createOrder(admin, '1001', { wa_balance: '1500000' });
  expect(draft).toMatchObject({ status: 'DRAFT', total: { amount: '1500000' }, paymentUrl: null });

  const confirmed = await confirmOrder(admin, draft);
  expect(confirmed.status).toBe('PENDING_PAYMENT');
  const [invoice] = app.sandbox.mekariPay.invoices(confirmed.number);
  expect(invoice).toMatchObject({ amount: 1_500_000, currency: 'IDR', payment_url: confirmed.paymentUrl });

  const { status } = await app.sandbox.mekariPay.pay(confirmed.number);
  expect(status).toBe(200);
  const completed = await untilStatus(admin, confirmed.id, 'COMPLETED');

  const after = await admin.query(TopupOptionsDocument, {});
  expect(after.topupOptions?.find((option) => option.code === 'wa_balance')?.balance?.balance).toBe('1500000');

  const booking = app.sandbox.moderator.booking(confirmed.number);
  expect(booking?.pi_number).toBe(completed.paidInvoiceNumber);
  expect(booking?.request).toMatchObject({ organization_id: '1001', amount: 1_500_000 });

  const mail = await app.sandbox.mail.waitFor((message) => message.text.includes(completed.paidInvoiceNumber ?? '?'));
  expect(mail.subject).toContain(confirmed.number);

  expect(completed.timeline.map(({ from, to, cause }) => `${from} → ${to}: ${cause}`)).toEqual([
    'null → DRAFT: createTopupOrder',
    'DRAFT → PENDING_PAYMENT: confirmOrder',
    'PENDING_PAYMENT → PAID: payment: webhook',
    'PAID → COMPLETED: paid PI booked',
  ]);
  expect(await ledgerTable(app.db)).toMatchInlineSnapshot(`
    "organization | quota      | kind  | quantity | period | unit_price | amount
    1001         | wa_balance | TOPUP | 1500000  |        | 1          | 1500000"
  `);
});
