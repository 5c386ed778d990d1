import { expect } from 'vitest';
import type { Invoice } from '../../../sandbox/index.ts';
import { newInvoice } from './invoice-body.ts';
import { test } from './linked-sandbox.ts';
import { control, dataOf, errorOf, signedFetch } from './signed-fetch.ts';

test('two parts and the rest add up, in the invoice and in the events', async ({ linked: sandbox, receiver }) => {
  const { id } = await newInvoice(sandbox);
  const url = `${sandbox.mekariPay.url}/api/v1/invoices/${id}`;
  const act = (action: string, body?: unknown) =>
    control(`${sandbox.mekariPay.url}/_sandbox/invoices/TOP-1/${action}`, 'POST', body);
  const paidAt = '2026-11-22T10:00:00Z';
  expect((await act('pay-part', { amount: 400_000, paid_at: paidAt, payment_method: 'va_bca' })).status).toBe(200);
  expect(await dataOf(await signedFetch(sandbox, url))).toMatchObject({
    status: 'partially_paid',
    amount: 1_300_000,
    paid_amount: 400_000,
    paid_currency: 'IDR',
    refunded_amount: 0,
    paid_at: paidAt,
    payments: [{ amount: 400_000, currency: 'IDR', paid_at: paidAt, method: 'va_bca' }],
  });
  await act('pay-part');
  expect(sandbox.mekariPay.invoice(id)).toMatchObject({ status: 'partially_paid', paid_amount: 850_000 });
  await act('pay-rest');
  const whole = await dataOf<Invoice>(await signedFetch(sandbox, url));
  expect(whole).toMatchObject({ status: 'paid', paid_amount: 1_300_000 });
  expect(whole.payments.map(({ amount }) => amount)).toEqual([400_000, 450_000, 450_000]);
  expect(new Set(whole.payments.map((payment) => payment.id)).size).toBe(3);
  expect(receiver.events.map(({ type, data }) => [type, data['amount'], data['paid_amount']])).toEqual([
    ['invoice.partially_paid', 1_300_000, 400_000],
    ['invoice.partially_paid', 1_300_000, 850_000],
    ['invoice.paid', 1_300_000, 1_300_000],
  ]);
  expect(await errorOf(await act('pay-rest'))).toMatchObject({ status: 409, code: 'invoice_paid' });
});

test('Pay after a part pays the rest, and says what came in; another part is a surplus', async ({
  linked: sandbox,
  receiver,
}) => {
  await newInvoice(sandbox);
  await sandbox.mekariPay.payPart('TOP-1', { amount: 300_000, webhook: false });
  await sandbox.mekariPay.pay('TOP-1');
  expect(receiver.events[0]).toMatchObject({ type: 'invoice.paid', data: { amount: 1_300_000 } });
  expect(receiver.events[0]?.data).not.toHaveProperty('paid_amount');
  await sandbox.mekariPay.payPart('TOP-1', { amount: 700_000 });
  expect(sandbox.mekariPay.invoice('TOP-1')).toMatchObject({ status: 'paid', paid_amount: 2_000_000 });
  expect(receiver.events[1]).toMatchObject({ type: 'invoice.paid', data: { paid_amount: 2_000_000 } });
});

test('a channel fee comes on top', async ({ linked: sandbox, receiver }) => {
  await newInvoice(sandbox, { external_id: 'TOP-1' });
  await newInvoice(sandbox, { external_id: 'TOP-2' });
  await sandbox.mekariPay.payFee('TOP-1');
  await sandbox.mekariPay.payFee('TOP-2', { fee: 6_500 });
  expect(sandbox.mekariPay.invoice('TOP-1')).toMatchObject({ status: 'paid', paid_amount: 1_304_000 });
  expect(sandbox.mekariPay.invoice('TOP-2')).toMatchObject({ status: 'paid', paid_amount: 1_306_500 });
  expect(receiver.events.map(({ data }) => data['amount'])).toEqual([1_304_000, 1_306_500]);
});

test('another currency has decimals, adds up exactly, and does not mix', async ({ linked: sandbox, receiver }) => {
  const { id } = await newInvoice(sandbox);
  await sandbox.mekariPay.payPart(id, { amount: 61.1, currency: 'USD' });
  await sandbox.mekariPay.payPart(id, { amount: 20.2, currency: 'USD' });
  expect(sandbox.mekariPay.invoice(id)).toMatchObject({ paid_amount: 81.3, paid_currency: 'USD' });
  expect(receiver.events.at(-1)?.data).toMatchObject({ currency: 'IDR', paid_amount: 81.3, paid_currency: 'USD' });
  await expect(sandbox.mekariPay.payPart(id, { amount: 5 })).rejects.toMatchObject({ code: 'mixed_currencies' });
  const act = (amount: unknown) =>
    control(`${sandbox.mekariPay.url}/_sandbox/invoices/${id}/pay-part`, 'POST', { amount });
  expect(await errorOf(await act(1.005))).toMatchObject({ status: 422, fields: ['amount'] });
  expect(await errorOf(await act('5'))).toMatchObject({ status: 422, fields: ['amount'] });
});

test('a partially paid invoice expires with its money, and cannot be voided before or after', async ({ start }) => {
  let now = new Date();
  const sandbox = await start({ clock: () => now, wireClock: () => new Date() });
  const { id } = await newInvoice(sandbox);
  await sandbox.mekariPay.payPart(id, { amount: 400_000, webhook: false });
  const voiding = () => signedFetch(sandbox, `${sandbox.mekariPay.url}/api/v1/invoices/${id}/void`, { method: 'POST' });
  expect(await errorOf(await voiding())).toMatchObject({ status: 409, code: 'invoice_partially_paid' });
  now = new Date(now.getTime() + 7_200_000);
  expect(sandbox.mekariPay.invoice(id)).toMatchObject({ status: 'expired', paid_amount: 400_000 });
  expect(await errorOf(await voiding())).toMatchObject({ status: 409, code: 'invoice_paid' });
});
