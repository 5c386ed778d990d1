import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrations } from '../../../migrations/index.ts';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { insertEntry, insertLine, insertOrder, moveOrder } from '../../support/database/order-rows.ts';

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

const committed = <T>(work: (tx: EntityManager) => Promise<T>) => database.transaction(work);

/** An order of 1,000 with an excess of 7, credited and booked. */
function completed() {
  return committed(async (tx) => {
    const order = await insertOrder(tx, { excess_total: 7, total: 1007 });
    const line = await insertLine(tx, order);
    const excess = await insertLine(tx, order, {
      position: 1,
      kind: 'EXCESS',
      quantity: 7,
      amount: 7,
      credits: 0,
      excess_period: '2026-10',
    });
    await tx.query(
      `update topup_orders set confirmed_at = now(), payment_expires_at = now(), paid_at = now() where id = $1`,
      [order],
    );
    await moveOrder(tx, order, 'PENDING_PAYMENT');
    await moveOrder(tx, order, 'PAID');
    await insertEntry(tx, line);
    await insertEntry(tx, excess, { kind: 'EXCESS_SETTLEMENT', quantity: 7, period: '2026-10' });
    await moveOrder(tx, order, 'COMPLETED');
    return { order, line, excess };
  });
}

const takeBack = (tx: EntityManager, line: string, quantity: number) =>
  insertEntry(tx, line, { kind: 'REFUND', quantity });

async function counter(): Promise<number> {
  const [row] = await db.query<{ balance: string }>(`select balance from organization_packages`);
  return Number(row?.balance ?? 0);
}

test('a refund lowers the counter by the amount it takes back', async () => {
  const { order, line } = await completed();
  const before = await counter();
  await committed(async (tx) => {
    await takeBack(tx, line, -400);
    await moveOrder(tx, order, 'REFUNDED');
  });
  expect(await counter()).toBe(before - 400);
});

test.each<[string, (tx: EntityManager, fixture: Awaited<ReturnType<typeof completed>>) => Promise<unknown>, RegExp]>([
  ['of more than the line credited', (tx, { line }) => takeBack(tx, line, -1001), /is not what the line says/],
  [
    'of settled excess',
    (tx, { excess }) => insertEntry(tx, excess, { kind: 'REFUND', quantity: -7, period: '2026-10' }),
    /is not what the line says|period_check/,
  ],
  ['above zero', (tx, { line }) => takeBack(tx, line, 1), /quantity_check/],
  ['of nothing', (tx, { line }) => takeBack(tx, line, 0), /quantity_check/],
  ['twice', async (tx, { line }) => [await takeBack(tx, line, -1), await takeBack(tx, line, -1)], /line_kind_key/],
  [
    'of an order that is not refunded',
    (tx, { line }) => takeBack(tx, line, -1),
    /has quota taken back and is not refunded/,
  ],
  ['as a credit below zero', (tx, { line }) => insertEntry(tx, line, { quantity: -1000 }), /balance_check/],
])('a refund %s is refused', async (_, work, words) => {
  const fixture = await completed();
  const before = await counter();
  await expect(committed((tx) => work(tx, fixture))).rejects.toThrow(words);
  expect(await counter()).toBe(before);
});

test('a refund of a line that was never credited is refused', async () => {
  await expect(committed(async (tx) => takeBack(tx, await insertLine(tx, await insertOrder(tx)), -1))).rejects.toThrow(
    /was never credited: there is nothing to take back/,
  );
});

test('a refunded order keeps its entries', async () => {
  const { order } = await completed();
  await expect(
    committed((tx) =>
      tx.query(
        `update topup_orders set status = 'REFUNDED', completed_at = null, paid_invoice_number = null where id = $1`,
        [order],
      ),
    ),
  ).rejects.toThrow(/what was booked stays/);
});

test('a database of the first version, with orders and mails in it, migrates to the newest', async () => {
  const old = await createDatabase('template1');
  const [initial, ...later] = migrations;
  if (initial === undefined) throw new Error('there is no migration');
  const first = await connectDatabase({ url: old.url, entities: [], migrations: [initial] });
  try {
    await first.runMigrations();
    await first.transaction(async (tx) => {
      const order = await insertOrder(tx);
      const line = await insertLine(tx, order);
      await tx.query(
        `update topup_orders set confirmed_at = now(), payment_expires_at = now(), paid_at = now() where id = $1`,
        [order],
      );
      for (const status of ['PENDING_PAYMENT', 'PAID'] as const) await moveOrder(tx, order, status);
      await insertEntry(tx, line);
      await moveOrder(tx, order, 'COMPLETED');
      await tx.query(`insert into order_mail_deliveries values ($1, 'payment_received', 'hash', now())`, [order]);
    });
    const latest = await connectDatabase({ url: old.url, entities: [], migrations: [initial, ...later] });
    try {
      expect(await latest.runMigrations()).toHaveLength(later.length);
    } finally {
      await latest.destroy();
    }
    expect(await old.query('select sending from order_mail_deliveries')).toEqual([{ sending: 1 }]);
  } finally {
    await first.destroy();
    await old.drop();
  }
});
