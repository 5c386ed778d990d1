import { expect } from 'vitest';
import type { Sandbox } from '../../../sandbox/index.ts';
import { newInvoice, postInvoice } from './invoice-body.ts';
import { test } from './linked-sandbox.ts';
import { control, dataOf, errorOf, signedFetch } from './signed-fetch.ts';

const get = (sandbox: Sandbox, rest: string) => signedFetch(sandbox, `${sandbox.mekariPay.url}/api/v1/invoices${rest}`);
const act = (sandbox: Sandbox, action: string, body?: unknown) =>
  control(`${sandbox.mekariPay.url}/_sandbox/invoices/TOP-1/${action}`, 'POST', body);
const put = (sandbox: Sandbox, what: string, body: unknown) =>
  control(`${sandbox.mekariPay.url}/_sandbox/${what}`, 'PUT', body);

test('a refund and a chargeback give back a part, then the rest; what was paid stays', async ({
  linked: sandbox,
  receiver,
}) => {
  const { id } = await newInvoice(sandbox);
  expect(await errorOf(await act(sandbox, 'refund'))).toMatchObject({ status: 409, code: 'nothing_to_refund' });
  await sandbox.mekariPay.pay(id, { webhook: false });
  expect((await act(sandbox, 'refund', { amount: 300_000 })).status).toBe(200);
  expect(await dataOf(await get(sandbox, `/${id}`))).toMatchObject({
    status: 'paid',
    paid_amount: 1_300_000,
    refunded_amount: 300_000,
  });
  expect((await act(sandbox, 'refund', { amount: 1_000_001 })).status).toBe(422);
  expect((await act(sandbox, 'chargeback')).status).toBe(200);
  expect(await dataOf(await get(sandbox, `/${id}`))).toMatchObject({
    status: 'refunded',
    paid_amount: 1_300_000,
    refunded_amount: 1_300_000,
  });
  expect(receiver.events.map(({ type, data }) => [type, data['refunded_amount'], data['paid_amount']])).toEqual([
    ['invoice.refunded', 300_000, 1_300_000],
    ['invoice.chargeback', 1_300_000, 1_300_000],
  ]);
  expect(await errorOf(await act(sandbox, 'pay'))).toMatchObject({ status: 409, code: 'invoice_paid' });
});

test('a lost invoice answers 404 and is in no list, until it is found again', async ({ linked: sandbox, receiver }) => {
  const { id } = await newInvoice(sandbox);
  expect((await act(sandbox, 'lose')).status).toBe(200);
  expect((await get(sandbox, `/${id}`)).status).toBe(404);
  expect(await dataOf(await get(sandbox, '?external_id=TOP-1'))).toEqual([]);
  expect(await dataOf(await get(sandbox, '?since=2020-01-01T00:00:00Z'))).toEqual([]);
  await sandbox.mekariPay.pay(id);
  expect(receiver.events).toMatchObject([{ type: 'invoice.paid', data: { invoice_id: id } }]);
  await act(sandbox, 'restore');
  expect(await dataOf(await get(sandbox, `/${id}`))).toMatchObject({ status: 'paid' });
});

test('the provider voids and shortens without an event', async ({ linked: sandbox, receiver }) => {
  const { id } = await newInvoice(sandbox);
  await act(sandbox, 'shorten', { expires_at: '2099-01-01T00:00:00' });
  expect(await dataOf(await get(sandbox, `/${id}`))).toMatchObject({
    status: 'pending',
    expires_at: '2099-01-01T00:00:00',
  });
  await act(sandbox, 'void');
  expect(await dataOf(await get(sandbox, `/${id}`))).toMatchObject({ status: 'void' });
  const second = await newInvoice(sandbox);
  await act(sandbox, 'shorten', { expires_at: '2020-01-01T00:00:00Z' });
  expect(await dataOf(await get(sandbox, `/${second.id}`))).toMatchObject({ status: 'expired' });
  expect(receiver.events).toEqual([]);
});

test('an event can have any type and any data, and changes nothing', async ({ linked: sandbox, receiver }) => {
  const { id } = await newInvoice(sandbox);
  await act(sandbox, 'event', { type: 'invoice.viewed' });
  const data = { paid_amount: 400_000, paid_at: '2001-01-01T00:00:00Z', amount: '1300000' };
  await act(sandbox, 'event', { type: 'invoice.paid', data, format: { omit: ['payment_method'] } });
  expect(receiver.events.map(({ type }) => type)).toEqual(['invoice.viewed', 'invoice.paid']);
  expect(receiver.events[1]?.data).toEqual({ invoice_id: id, external_id: 'TOP-1', currency: 'IDR', ...data });
  expect(sandbox.mekariPay.invoice(id)).toMatchObject({ status: 'pending', paid_amount: null });
  expect(await errorOf(await act(sandbox, 'event', {}))).toMatchObject({ status: 422, fields: ['type'] });
});

test('the terms refuse a total, shorten the time, and allow one invoice an order', async ({ linked: sandbox }) => {
  await put(sandbox, 'terms', { minimum_amount: 1_300_001 });
  const refused = { status: 422, code: 'amount_not_allowed', fields: ['amount'] };
  expect(await errorOf(await postInvoice(sandbox))).toEqual(refused);
  await put(sandbox, 'terms', { maximum_amount: 1_299_999 });
  expect(await errorOf(await postInvoice(sandbox))).toEqual(refused);
  expect(sandbox.mekariPay.invoices()).toEqual([]);
  await put(sandbox, 'terms', { max_lifetime_seconds: 600, one_invoice_per_order: true });
  const { created_at, expires_at } = await newInvoice(sandbox);
  expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(600_000);
  expect(await errorOf(await postInvoice(sandbox))).toMatchObject({ status: 409, code: 'external_id_taken' });
  expect(await errorOf(await put(sandbox, 'terms', { minimum: 1 }))).toMatchObject({ fields: ['minimum'] });
  await sandbox.reset();
  expect((await postInvoice(sandbox)).status).toBe(201);
});
