import { expect } from 'vitest';
import type { Format, Sandbox } from '../../../sandbox/index.ts';
import { newInvoice } from './invoice-body.ts';
import { test } from './linked-sandbox.ts';
import { control, errorOf, signedFetch } from './signed-fetch.ts';

const paidAt = '2026-11-30T16:29:59.950Z';
const textOf = async (sandbox: Sandbox, id: string) =>
  (await signedFetch(sandbox, `${sandbox.mekariPay.url}/api/v1/invoices/${id}`)).text();

const amounts: [Format['amounts'], string][] = [
  ['number', '1300000'],
  ['decimal', '1300000.0'],
  ['text', '"1300000"'],
  ['decimal-text', '"1300000.00"'],
];

for (const [style, written] of amounts) {
  test(`amounts as ${style}: ${written}`, async ({ linked: sandbox, receiver }) => {
    const { id } = await newInvoice(sandbox);
    await control(`${sandbox.mekariPay.url}/_sandbox/format`, 'PUT', { amounts: style });
    await sandbox.mekariPay.pay(id);
    expect(receiver.events[0]?.body).toContain(`"amount":${written},`);
    const answer = await textOf(sandbox, id);
    expect(answer).toContain(`"paid_amount":${written},`);
    expect(answer).toMatch(new RegExp(`"payments":\\[\\{"id":"pay_\\w+","amount":${written},`));
  });
}

const times: [string, string][] = [
  ['stored', '2026-11-30T16:29:59.950Z'],
  ['local', '2026-11-30T23:29:59'],
  ['local-space', '2026-11-30 23:29:59'],
  ['+09:00', '2026-12-01T01:29:59.950+09:00'],
  ['-05:30', '2026-11-30T10:59:59.950-05:30'],
];

for (const [style, written] of times) {
  test(`times as ${style}: ${written}`, async ({ linked: sandbox, receiver }) => {
    const { id } = await newInvoice(sandbox);
    sandbox.mekariPay.setFormat({ times: style });
    await sandbox.mekariPay.pay(id, { paid_at: paidAt });
    expect(receiver.events[0]?.body).toContain(`"paid_at":"${written}"`);
    expect(await textOf(sandbox, id)).toContain(`"paid_at":"${written}"`);
  });
}

test('a format holds for one event, members can be left out, and a wrong one is refused', async ({
  linked: sandbox,
  receiver,
}) => {
  const { id } = await newInvoice(sandbox);
  await sandbox.mekariPay.pay(id, { format: { amounts: 'decimal-text', omit: ['paid_at'] } });
  expect(receiver.events[0]?.data).toMatchObject({ amount: '1300000.00' });
  expect(receiver.events[0]?.data).not.toHaveProperty('paid_at');
  expect(await textOf(sandbox, id)).toContain('"paid_amount":1300000,');
  sandbox.mekariPay.setFormat({ omit: ['payments', 'paid_amount'] });
  expect(await textOf(sandbox, id)).not.toMatch(/payments|paid_amount/);
  const put = (body: unknown) => control(`${sandbox.mekariPay.url}/_sandbox/format`, 'PUT', body);
  expect(await errorOf(await put({ times: 'noon', amounts: 'words' }))).toMatchObject({
    status: 422,
    fields: ['amounts', 'times'],
  });
  await sandbox.reset();
  expect(await textOf(sandbox, (await newInvoice(sandbox)).id)).toContain('payments');
});
