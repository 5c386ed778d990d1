import type { Invoice, Sandbox } from '../../../sandbox/index.ts';
import { dataOf, type SignedCall, signedFetch } from './signed-fetch.ts';

export function invoiceBody(change: Record<string, unknown> = {}) {
  return {
    external_id: 'TOP-1',
    amount: 1_300_000,
    currency: 'IDR',
    description: 'Top-up <1>',
    items: [
      { name: 'WhatsApp balance', quantity: 1_000_000, unit_price: 1, amount: 1_000_000 },
      { name: 'Monthly unique visitors', quantity: 500, unit_price: 600, amount: 300_000 },
    ],
    customer: { id: '1001', name: 'PT Maju Jaya Sentosa', email: 'finance@example.test' },
    return_url: 'http://127.0.0.1:9/orders/TOP-1',
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    ...change,
  };
}

export function postInvoice(sandbox: Sandbox, change: Record<string, unknown> = {}, call: SignedCall = {}) {
  return signedFetch(sandbox, `${sandbox.mekariPay.url}/api/v1/invoices`, {
    method: 'POST',
    body: invoiceBody(change),
    ...call,
  });
}

export async function newInvoice(sandbox: Sandbox, change: Record<string, unknown> = {}): Promise<Invoice> {
  return dataOf<Invoice>(await postInvoice(sandbox, change));
}
