import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { reportMoney } from '../../../src/payments/index.ts';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { insertOrder, insertRow } from '../../support/database/order-rows.ts';
import { createRandom } from '../../support/tools/random.ts';

/** The report of finance: money by day of Jakarta, method and currency. */

let db: TestDatabase;
let owner: DataSource;

beforeAll(async () => {
  db = await createDatabase();
  owner = await connectDatabase({ url: db.url, entities: [], migrations: [], poolSize: 2 });
});
beforeEach(async () => {
  await owner.transaction(async (tx) => {
    await tx.query('set local session_replication_role = replica');
    await tx.query('delete from order_payments');
    await tx.query('delete from order_give_backs');
  });
});
afterAll(async () => {
  await owner.destroy();
  await db.drop();
});

const order = (payable: number) =>
  insertOrder(owner.manager, { topup_total: payable, total: payable, withheld_total: 0 });

let steps = 0;
interface Step {
  at: string;
  amount: number;
  method?: string | null;
  currency?: string;
  recorded?: string;
}
function step(
  kind: 'PAYMENT' | 'REFUND',
  orderId: string,
  { at, amount, method = 'va_bni', currency, recorded }: Step,
) {
  steps += 1;
  return insertRow(owner.manager, 'order_payments', {
    id: randomUUID(),
    order_id: orderId,
    kind,
    provider: 'mekari-pay',
    invoice_id: `inv_${steps}`,
    amount: currency === undefined ? (kind === 'REFUND' ? -amount : amount) : null,
    original_amount: String(amount),
    original_currency: currency ?? 'IDR',
    method,
    received_at: at,
    recorded_at: recorded ?? at,
  });
}
function giveBack(orderId: string, channel: 'PROVIDER' | 'TRANSFER', on: string, amount: number, recorded = on) {
  steps += 1;
  return insertRow(owner.manager, 'order_give_backs', {
    id: randomUUID(),
    order_id: orderId,
    channel,
    amount,
    original_amount: String(amount),
    original_currency: 'IDR',
    reference: `ref-${steps}`,
    given_on: on,
    actor: 'rina@finance',
    recorded_at: recorded,
  });
}

async function report(month: string, now = '2027-06-01T00:00:00Z') {
  const rows: string[] = [];
  await reportMoney(owner, month, {
    now: new Date(now),
    onDay: (ofDay) =>
      rows.push(
        ...ofDay.map(({ day, method, currency, payments, received, feesAndSurplus, givenBack }) =>
          [day, method, currency, payments, received, feesAndSurplus, givenBack].map(String).join(' '),
        ),
      ),
  });
  return rows;
}

test('each day of Jakarta has its money by method, and what exceeds the orders', async () => {
  const [first, second] = [await order(1000), await order(500)];
  await step('PAYMENT', first, { at: '2026-10-31T16:59:59.999Z', amount: 400 });
  await step('PAYMENT', first, { at: '2026-10-31T17:00:00Z', amount: 604, method: 'qris' });
  await step('PAYMENT', second, { at: '2026-11-01T03:00:00Z', amount: 500 });
  await step('PAYMENT', second, { at: '2026-11-30T16:59:59.999Z', amount: 500 });
  expect(await report('2026-10')).toEqual(['2026-10-31 va_bni IDR 1 400 0 0']);
  expect(await report('2026-11')).toEqual([
    '2026-11-01 qris IDR 1 604 4 0',
    '2026-11-01 va_bni IDR 1 500 0 0',
    '2026-11-30 va_bni IDR 1 500 500 0',
  ]);
  expect(await report('2026-12')).toEqual([]);
  expect(await report('2026-11', '2026-11-29T00:00:00Z')).toHaveLength(2);
});

test('money that an operator recorded and the provider shows later counts once, on the day of the record', async () => {
  const id = await order(1000);
  await step('PAYMENT', id, { at: '2026-11-01T03:00:00Z', amount: 1000 });
  await giveBack(id, 'PROVIDER', '2026-11-03', 300);
  await step('REFUND', id, { at: '2026-11-05T03:00:00Z', amount: 400, method: null });
  await giveBack(id, 'TRANSFER', '2026-11-05', 50);
  expect(await report('2026-11')).toEqual([
    '2026-11-01 va_bni IDR 1 1000 0 0',
    '2026-11-03 null IDR 0 0 0 300',
    '2026-11-05 null IDR 0 0 0 100',
    '2026-11-05 bank_transfer IDR 0 0 0 50',
  ]);
});

test('other currencies have rows of their own, and no surplus', async () => {
  const id = await order(1000);
  await step('PAYMENT', id, { at: '2026-11-02T03:00:00Z', amount: 61.25, currency: 'USD' });
  await step('PAYMENT', id, { at: '2026-11-02T04:00:00Z', amount: 1, currency: 'USD' });
  expect(await report('2026-11')).toEqual(['2026-11-02 va_bni USD 2 62.25 null 0']);
});

test('over all months the sums are those of the tables, whatever came in and went back', async () => {
  const random = createRandom(Number(process.env.SEED ?? Date.now() % 2 ** 31));
  let [received, surplus, returned] = [0, 0, 0];
  const anyDay = () => new Date(Date.UTC(2026, 8, 1) + random.below(122 * 24) * 3_600_000).toISOString();
  for (let each = 0; each < 25; each++) {
    const payable = 1 + random.below(1000);
    const id = await order(payable);
    const sums = { PAYMENT: 0, REFUND: 0, PROVIDER: 0, TRANSFER: 0 };
    for (let move = random.below(8); move > 0; move--) {
      const kind = (['PAYMENT', 'PAYMENT', 'REFUND', 'PROVIDER', 'TRANSFER'] as const)[random.below(5)] ?? 'PAYMENT';
      const [amount, at] = [1 + random.below(900), anyDay()];
      sums[kind] += amount;
      if (kind === 'PAYMENT' || kind === 'REFUND') await step(kind, id, { at, amount, recorded: anyDay() });
      else await giveBack(id, kind, at.slice(0, 10), amount, anyDay());
    }
    received += sums.PAYMENT;
    surplus += Math.max(0, sums.PAYMENT - payable);
    returned += Math.max(sums.REFUND, sums.PROVIDER) + sums.TRANSFER;
  }
  const totals = [0, 0, 0];
  for (const month of ['2026-08', '2026-09', '2026-10', '2026-11', '2026-12', '2027-01'])
    for (const row of await report(month))
      for (const [index, text] of row.split(' ').slice(4).entries())
        totals[index] = (totals[index] ?? 0) + Number(text);
  expect(totals, `SEED=${random.seed}`).toEqual([received, surplus, returned]);
});
