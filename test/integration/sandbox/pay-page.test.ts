import { expect } from 'vitest';
import type { Invoice } from '../../../sandbox/index.ts';
import { newInvoice } from './invoice-body.ts';
import { test } from './sandbox-test.ts';
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
  expect(html).toContain('>1.000.000<');
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
  expect(await after('fail')).toEqual(['pending', null]);
  expect(await after('expire')).toEqual(['expired', null]);
  expect(await after('steal')).toEqual(['pending', null]);
});
