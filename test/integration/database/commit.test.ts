import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { insertEntry, insertLine, insertOrder } from '../../support/database/order-rows.ts';

let db: TestDatabase;
let database: DataSource;

beforeAll(async () => {
  db = await createDatabase();
  database = await connectDatabase({ url: db.url, entities: [], migrations: [] });
});

afterAll(async () => {
  await database.destroy();
  await db.drop();
});

const CONFIRM = `update topup_orders set status = 'PENDING_PAYMENT', confirmed_at = now(), payment_expires_at = now() where id = $1`;
const PAY = `update topup_orders set status = 'PAID', paid_at = now() where id = $1`;

const committed = (work: (tx: EntityManager) => Promise<unknown>) => database.transaction(work);

async function confirmed(tx: EntityManager): Promise<{ order: string; line: string }> {
  const order = await insertOrder(tx);
  const line = await insertLine(tx, order);
  await tx.query(CONFIRM, [order]);
  return { order, line };
}

test('a paid order with its ledger entries commits, whatever the order of the statements', async () => {
  await committed(async (tx) => {
    const { order, line } = await confirmed(tx);
    await tx.query(PAY, [order]);
    await insertEntry(tx, line);
  });
  const [{ balance } = { balance: '' }] = await db.query<{ balance: string }>(
    `select balance::text from organization_packages where quota_code = 'wa_balance'`,
  );
  expect(balance).toBe('1000');
});

test('an order that is paid and not credited cannot commit', async () => {
  await expect(
    committed(async (tx) => {
      const { order } = await confirmed(tx);
      await tx.query(PAY, [order]);
    }),
  ).rejects.toThrow(/is paid and not credited/);
});

test('a credit of an unpaid order cannot commit', async () => {
  await expect(
    committed(async (tx) => {
      const { line } = await confirmed(tx);
      await insertEntry(tx, line);
    }),
  ).rejects.toThrow(/is credited and not paid/);
});

test('an order cannot be confirmed with a total other than the sum of its lines', async () => {
  await expect(
    committed(async (tx) => {
      const order = await insertOrder(tx, { topup_total: 1500, total: 1500 });
      await insertLine(tx, order);
      await tx.query(CONFIRM, [order]);
    }),
  ).rejects.toThrow(/does not charge the sum of its lines/);
});
