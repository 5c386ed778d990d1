import { expect } from 'vitest';
import type { Invoice, Sandbox } from '../../../sandbox/index.ts';
import { invoiceBody, newInvoice, postInvoice } from './invoice-body.ts';
import { test } from './sandbox-test.ts';
import { control, dataOf, errorOf, signedFetch } from './signed-fetch.ts';

const get = (sandbox: Sandbox, rest: string) => signedFetch(sandbox, `${sandbox.mekariPay.url}/api/v1/invoices${rest}`);
const voidInvoice = (sandbox: Sandbox, id: string, body?: unknown) =>
  signedFetch(sandbox, `${sandbox.mekariPay.url}/api/v1/invoices/${id}/void`, { method: 'POST', body });

test('an invoice is created pending, and found by id and by external id', async ({ sandbox }) => {
  const response = await postInvoice(sandbox);
  expect(response.status).toBe(201);
  const invoice = await dataOf<Invoice>(response);
  expect(invoice).toMatchObject({
    external_id: 'TOP-1',
    status: 'pending',
    amount: 1_300_000,
    paid_amount: null,
    paid_at: null,
  });
  expect(invoice.id).toMatch(/^inv_/);
  expect(invoice.payment_url).toBe(`${sandbox.mekariPay.url}/pay/${invoice.id}`);
  expect(await dataOf(await get(sandbox, `/${invoice.id}`))).toEqual(invoice);
  expect(await dataOf(await get(sandbox, '?external_id=TOP-1'))).toEqual([invoice]);
  expect(await dataOf(await get(sandbox, '?external_id=TOP-2'))).toEqual([]);
  expect((await get(sandbox, '/inv_unknown')).status).toBe(404);
  expect(await errorOf(await get(sandbox, ''))).toMatchObject({ status: 400, fields: ['external_id'] });
});

test('the same key answers the same invoice, also at the same moment; other content is refused', async ({
  sandbox,
}) => {
  const body = invoiceBody();
  const answers = await Promise.all(Array.from({ length: 10 }, () => postInvoice(sandbox, body, { key: 'one' })));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
  const ids = await Promise.all(answers.map(async (answer) => (await dataOf<Invoice>(answer)).id));
  expect(new Set(ids).size).toBe(1);
  const other = await postInvoice(sandbox, { ...body, description: 'other' }, { key: 'one' });
  expect(await errorOf(other)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
});

test('another key makes a second invoice for one order, so that a test can detect it', async ({ sandbox }) => {
  await newInvoice(sandbox);
  const second = await newInvoice(sandbox);
  expect(sandbox.mekariPay.invoices('TOP-1')).toHaveLength(2);
  expect(sandbox.mekariPay.invoice('TOP-1')?.id).toBe(second.id);
});

const wrong: [string, Record<string, unknown>, string[]][] = [
  ['an unknown field', { note: 'x' }, ['note']],
  ['an amount in a string', { amount: '1300000' }, ['amount']],
  ['a fraction', { amount: 1_300_000.5 }, ['amount']],
  ['another currency', { currency: 'USD' }, ['currency']],
  ['an amount that is not the sum', { amount: 1_300_001 }, ['amount']],
  ['no items', { items: [] }, ['items']],
  [
    'an item that does not multiply',
    { amount: 5, items: [{ name: 'x', quantity: 2, unit_price: 2, amount: 5 }] },
    ['items[0].amount'],
  ],
  ['an expiry in the past', { expires_at: '2020-01-01T00:00:00Z' }, ['expires_at']],
  ['an expiry without an offset', { expires_at: '2099-01-01T00:00:00' }, ['expires_at']],
  ['a script as return_url', { return_url: 'javascript:alert(1)' }, ['return_url']],
  ['a customer without a name', { customer: { id: '1' } }, ['customer.name']],
  ['no description', { description: undefined }, ['description']],
];

for (const [name, change, fields] of wrong) {
  test(`422: ${name}`, async ({ sandbox }) => {
    expect(await errorOf(await postInvoice(sandbox, change))).toEqual({ status: 422, code: 'invalid', fields });
  });
}

test('a void succeeds once or twice, but not on a paid invoice', async ({ sandbox }) => {
  const open = await newInvoice(sandbox);
  expect(await dataOf(await voidInvoice(sandbox, open.id))).toMatchObject({ status: 'void' });
  expect((await voidInvoice(sandbox, open.id, {})).status).toBe(200);
  const paid = await newInvoice(sandbox);
  await sandbox.mekariPay.pay(paid.id, { webhook: false });
  expect(await errorOf(await voidInvoice(sandbox, paid.id))).toMatchObject({ status: 409, code: 'invoice_paid' });
  expect((await voidInvoice(sandbox, 'inv_unknown')).status).toBe(404);
});

test('a pending invoice expires with time; it can be paid late all the same', async ({ start }) => {
  let now = new Date();
  const sandbox = await start({ clock: () => now, wireClock: () => new Date() });
  const { id } = await newInvoice(sandbox);
  now = new Date(now.getTime() + 7_200_000);
  expect(await dataOf(await get(sandbox, `/${id}`))).toMatchObject({ status: 'expired' });
  await expect(sandbox.mekariPay.pay(id)).rejects.toMatchObject({ status: 409, code: 'invoice_expired' });
  await sandbox.mekariPay.payLate(id, { webhook: false });
  expect(await dataOf(await get(sandbox, `/${id}`))).toMatchObject({
    status: 'paid',
    paid_amount: 1_300_000,
    paid_at: now.toISOString(),
  });
});

test('the buyer over HTTP sends wrong amounts, skips the webhook, and pays a second time on request only', async ({
  sandbox,
}) => {
  await newInvoice(sandbox);
  const act = (action: string, body?: unknown) =>
    control(`${sandbox.mekariPay.url}/_sandbox/invoices/TOP-1/${action}`, 'POST', body);
  const wrongly = await act('pay-wrong', {
    amount: 5,
    currency: 'USD',
    paid_at: '2026-11-22T10:00:00Z',
    webhook: false,
  });
  expect(await dataOf(wrongly)).toMatchObject({
    status: null,
    delivery: { type: 'invoice.paid', state: 'suppressed', attempts: [] },
    invoice: { status: 'paid', paid_amount: 5, paid_currency: 'USD', paid_at: '2026-11-22T10:00:00Z' },
  });
  expect(await errorOf(await act('pay'))).toMatchObject({ status: 409, code: 'invoice_paid' });
  expect((await act('pay', { again: true, webhook: false })).status).toBe(200);
  expect(sandbox.mekariPay.invoice('TOP-1')?.paid_amount).toBe(5);
  expect(await errorOf(await act('pay', { amout: 1 }))).toMatchObject({ status: 422, fields: ['amout'] });
});
