import { expect } from 'vitest';
import type { Invoice } from '../../../sandbox/index.ts';
import { newInvoice, postInvoice } from './invoice-body.ts';
import { test } from './sandbox-test.ts';
import { signedFetch } from './signed-fetch.ts';
import { receiveWebhooks } from './webhook-receiver.ts';

/** Presses a button of the page; follows to the page that comes then. */
async function press(invoice: Invoice, action: string, fields: Record<string, string> = {}): Promise<string> {
  const response = await fetch(invoice.payment_url, {
    method: 'POST',
    body: new URLSearchParams({ action, ...fields }),
  });
  return response.text();
}

test('the page shows the order, escaped, in rupiah', async ({ sandbox }) => {
  const invoice = await newInvoice(sandbox, { external_id: 'TOP-7' });
  const response = await fetch(invoice.payment_url);
  expect(response.headers.get('content-type')).toMatch('text/html');
  const html = await response.text();
  expect(html).toContain('TOP-7');
  expect(html).toContain('Rp1.300.000');
  // An item of a million units at Rp1 is an amount, not a count of units.
  expect(html).toContain('>Rp1.000.000<');
  expect(html).not.toContain('× Rp1<');
  expect(html).toContain('500 × Rp600<');
  expect(html).toContain('Top-up &lt;1&gt;');
  expect(html).toContain('WIB');
  expect(html).toContain('Menunggu pembayaran');
  expect((await fetch(`${sandbox.mekariPay.url}/pay/inv_unknown`)).status).toBe(404);
});

test("Pay shows the webhook's answer and leads back to the shop", async ({ sandbox }) => {
  const receiver = await receiveWebhooks(sandbox.environment()['MEKARI_PAY_WEBHOOK_SECRET'] ?? '');
  try {
    sandbox.mekariPay.setWebhookUrl(receiver.url);
    const invoice = await newInvoice(sandbox);
    const html = await press(invoice, 'pay');
    expect(html).toContain('HTTP 204');
    expect(html).toContain('Lunas / Paid');
    expect(html).toContain(`href="${invoice.return_url}"`);
    expect(await press(invoice, 'pay')).toContain('the invoice is paid already');
    expect(await press(invoice, 'resend')).toContain('HTTP 204');
    expect(receiver.events).toHaveLength(2);
  } finally {
    await receiver.stop();
  }
});

test('every other button does its label', async ({ sandbox }) => {
  const after = async (action: string, fields?: Record<string, string>) => {
    const invoice = await newInvoice(sandbox);
    await press(invoice, action, fields);
    const { status, paid_amount } = sandbox.mekariPay.invoice(invoice.id) ?? {};
    return [status, paid_amount];
  };
  expect(await after('pay-late')).toEqual(['paid', 1_300_000]);
  expect(await after('pay-less', { difference: '300000' })).toEqual(['paid', 1_000_000]);
  expect(await after('pay-more', { difference: '1' })).toEqual(['paid', 1_300_001]);
  expect(await after('pay-more', { difference: '0.5' })).toEqual(['pending', null]);
  expect(await after('pay-fee', { fee: '4000' })).toEqual(['paid', 1_304_000]);
  expect(await after('pay-part', { amount: '400000', currency: 'IDR' })).toEqual(['partially_paid', 400_000]);
  expect(await after('pay-part', { amount: '', currency: 'IDR' })).toEqual(['partially_paid', 650_000]);
  expect(await after('pay-part', { amount: '61.25', currency: 'USD' })).toEqual(['partially_paid', 61.25]);
  expect(await after('pay-part', { amount: '-1' })).toEqual(['pending', null]);
  expect(await after('pay-rest', { currency: 'IDR' })).toEqual(['paid', 1_300_000]);
  expect(await after('refund')).toEqual(['pending', null]);
  expect(await after('void')).toEqual(['void', null]);
  expect(await after('shorten', { minutes: '-1' })).toEqual(['expired', null]);
  expect(await after('event', { type: 'invoice.viewed' })).toEqual(['pending', null]);
  expect(await after('fail')).toEqual(['pending', null]);
  expect(await after('expire')).toEqual(['expired', null]);
  expect(await after('steal')).toEqual(['pending', null]);
});

test('the page shows payments and refunds, and finds a lost invoice again', async ({ sandbox }) => {
  const invoice = await newInvoice(sandbox);
  expect(await press(invoice, 'pay-part', { amount: '400000', currency: 'IDR' })).toContain('Rp400.000');
  expect(await press(invoice, 'pay-rest')).toContain('Rp900.000');
  expect(await press(invoice, 'refund', { amount: '100000' })).toContain('Dikembalikan / Given back: Rp100.000');
  expect(await press(invoice, 'chargeback')).toContain('Dikembalikan / Refunded</span>');
  expect(await press(invoice, 'lose')).toContain('Hilang / Lost: 404');
  expect(await press(invoice, 'restore')).not.toContain('Hilang / Lost: 404');
});

test("the provider's page sets how values are written, and the terms of new invoices", async ({ sandbox }) => {
  const { url } = sandbox.mekariPay;
  const invoice = await newInvoice(sandbox);
  expect(await (await fetch(`${url}/`)).text()).toContain(`href="/pay/${invoice.id}"`);
  const submit = async (path: string, fields: Record<string, string>) =>
    (await fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(fields) })).text();
  const format = await submit('/format', { amounts: 'decimal-text', times: 'local', omit: 'payments' });
  expect(format).toContain('<option selected>decimal-text</option>');
  const { data } = (await (await signedFetch(sandbox, `${url}/api/v1/invoices?external_id=TOP-1`)).json()) as {
    data: Record<string, unknown>[];
  };
  expect(data[0]).toMatchObject({ amount: '1300000.00' });
  expect(data[0]).not.toHaveProperty('payments');
  expect(await submit('/terms', { minimum_amount: '', maximum_amount: '1000' })).toContain('value="1000"');
  expect((await postInvoice(sandbox)).status).toBe(422);
});
