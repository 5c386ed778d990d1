import { randomUUID } from 'node:crypto';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrations } from '../../../migrations/index.ts';
import { entities } from '../../../src/app/entities.ts';
import { canMove, ORDER_STATUSES, type OrderStatus } from '../../../src/orders/rules/order-state.ts';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import {
  insertEntry,
  insertLine,
  insertOrder,
  insertRow,
  moveOrder,
  orderIn,
} from '../../support/database/order-rows.ts';

let db: TestDatabase;
let database: DataSource;

beforeAll(async () => {
  db = await createDatabase();
  database = await connectDatabase({ url: db.url, entities, migrations });
});

afterAll(async () => {
  await database.destroy();
  await db.drop();
});

class RollBack extends Error {}

/** Runs the work in a transaction that is rolled back. */
async function inVain(work: (tx: EntityManager) => Promise<void>): Promise<void> {
  const run = database.transaction(async (tx) => {
    await work(tx);
    throw new RollBack();
  });
  await run.catch((error) => {
    if (!(error instanceof RollBack)) throw error;
  });
}

/** The reason of the database's refusal: the constraint's name, or a trigger's message; undefined without one. */
async function refusalOf(tx: EntityManager, work: () => Promise<unknown>): Promise<string | undefined> {
  await tx.query('savepoint attempt');
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    const { constraint } = error.driverError as { constraint?: string };
    return constraint ?? error.message;
  } finally {
    await tx.query('rollback to savepoint attempt');
  }
}

async function expectRefused(expected: string | RegExp, work: (tx: EntityManager) => Promise<unknown>): Promise<void> {
  await inVain(async (tx) => expect(await refusalOf(tx, () => work(tx))).toMatch(expected));
}

test('the migrations create exactly the tables that the entities describe: there is nothing left to generate', async () => {
  const { upQueries } = await database.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
});

describe('history is never rewritten', () => {
  const tables = [
    ['quota_ledger_entries', 'quantity'],
    ['topup_order_events', 'cause'],
    ['payment_events', 'amount'],
  ] as const;
  const changes = tables.flatMap(([table, column]) => [
    [table, 'UPDATE', `update ${table} set ${column} = ${column}`],
    [table, 'DELETE', `delete from ${table}`],
    [table, 'TRUNCATE', `truncate ${table}`],
    [table, 'TRUNCATE', `truncate ${table} cascade`],
  ]);

  test.each(changes)('%s: %s is refused (%s)', async (table, operation, sql) => {
    // PostgreSQL refuses TRUNCATE of a referenced table before any trigger runs.
    const isReferredTo = table === 'payment_events' && sql === 'truncate payment_events';
    const words = isReferredTo ? 'referenced in a foreign key' : `${table} is append-only: ${operation} is refused`;
    await expectRefused(words, async (tx) => {
      const orderId = await insertOrder(tx);
      const lineId = await insertLine(tx, orderId);
      // An entry's check at commit alone would block a TRUNCATE.
      if (operation !== 'TRUNCATE') await insertEntry(tx, lineId);
      const event = { order_id: orderId, correlation_id: 'test', cause: 'test' };
      await insertRow(tx, 'topup_order_events', { ...event, at: '2026-11-22', to_status: 'DRAFT' });
      await insertRow(tx, 'payment_events', {
        id: randomUUID(),
        event_id: 'e',
        source: 'webhook',
        type: 'invoice.paid',
        order_number: 'x',
        invoice_id: 'i',
        amount: 1,
        currency: 'IDR',
        outcome: 'unknown_order',
        received_at: '2026-11-22',
      });
      await tx.query(sql);
    });
  });

  test.each(ORDER_STATUSES)('an order that is %s is never deleted, if it was confirmed', async (status) => {
    await expectRefused('is never deleted', async (tx) => {
      await tx.query(`delete from topup_orders where id = $1`, [await orderIn(tx, status)]);
    });
  });

  test.each([
    ['DRAFT', false],
    ['EXPIRED', true],
    ['CANCELLED', true],
  ])(
    'an order that is %s and was never confirmed can be deleted: %s; its lines and steps go with it',
    async (status, can) => {
      const deletion = async (tx: EntityManager) => {
        const id = await insertOrder(tx);
        await insertLine(tx, id);
        const step = { order_id: id, correlation_id: 'test', cause: 'test', at: '2026-11-22', to_status: 'DRAFT' };
        await insertRow(tx, 'topup_order_events', step);
        await tx.query(`update topup_orders set status = $2 where id = $1`, [id, status]);
        await tx.query(`delete from topup_orders where id = $1`, [id]);
        for (const table of ['topup_order_lines', 'topup_order_events'])
          expect(await tx.query(`select from ${table} where order_id = $1`, [id])).toEqual([]);
      };
      await (can ? inVain(deletion) : expectRefused('is never deleted', deletion));
    },
  );

  test.each([
    ['topup_order_lines', 'lines are frozen'],
    ['topup_order_events', 'is append-only: DELETE is refused'],
  ])('%s of an expired draft do not go without it', async (table, words) => {
    await expectRefused(words, async (tx) => {
      const id = await insertOrder(tx);
      await insertLine(tx, id);
      const step = { order_id: id, correlation_id: 'test', cause: 'test', at: '2026-11-22', to_status: 'DRAFT' };
      await insertRow(tx, 'topup_order_events', step);
      await tx.query(`update topup_orders set status = 'EXPIRED' where id = $1`, [id]);
      await tx.query(`delete from ${table} where order_id = $1`, [id]);
    });
  });

  test('the tables of orders cannot be truncated through another', async () => {
    await expectRefused('is refused', (tx) => tx.query('truncate topup_orders cascade'));
  });
});

describe('counters are written by the ledger alone', () => {
  test.each([
    `insert into organization_packages values ('1001', 'muv', 5, 0, now())`,
    `update organization_packages set balance = balance + 1`,
    `delete from organization_packages`,
    `truncate organization_packages`,
  ])('%s is refused', async (sql) => {
    await expectRefused('organization_packages is written by the ledger alone', async (tx) => {
      await insertEntry(tx, await insertLine(tx, await insertOrder(tx)));
      await tx.query(sql);
    });
  });

  test('an entry raises its own counter, and an excess entry another', async () => {
    await inVain(async (tx) => {
      const order = await insertOrder(tx);
      await insertEntry(tx, await insertLine(tx, order));
      const excess = { kind: 'EXCESS', position: 1, quantity: 7, credits: 0, amount: 7, excess_period: '2026-10' };
      const settlement = { kind: 'EXCESS_SETTLEMENT', quantity: 7, period: '2026-10' };
      await insertEntry(tx, await insertLine(tx, order, excess), settlement);
      const rows = await tx.query(`select balance::text, excess_settled::text from organization_packages`);
      expect(rows).toEqual([{ balance: '1000', excess_settled: '7' }]);
    });
  });

  test.each([
    ['more than its line', { quantity: 1001 }],
    ['another quota', { quota_code: 'muv' }],
    ['another kind', { kind: 'EXCESS_SETTLEMENT', period: '2026-10' }],
  ])('an entry of %s is refused', async (_, changes) => {
    await expectRefused('is not what the line says', async (tx) =>
      insertEntry(tx, await insertLine(tx, await insertOrder(tx)), changes),
    );
  });

  test("an entry for another organization than the order's is refused", async () => {
    await expectRefused('is not what the line says', async (tx) =>
      insertEntry(tx, await insertLine(tx, await insertOrder(tx)), { organization_id: '1002' }),
    );
  });

  test('a line is credited once: a second entry is refused by quota_ledger_entries_line_kind_key', async () => {
    await expectRefused('quota_ledger_entries_line_kind_key', async (tx) => {
      const line = await insertLine(tx, await insertOrder(tx));
      await insertEntry(tx, line);
      await insertEntry(tx, line);
    });
  });
});

describe('the states of an order', () => {
  test.each(ORDER_STATUSES)('from %s the trigger allows exactly the moves of the state table', async (from) => {
    await inVain(async (tx) => {
      const id = await orderIn(tx, from);
      const allowed: OrderStatus[] = [];
      for (const to of ORDER_STATUSES.filter((status) => status !== from)) {
        const refusal = await refusalOf(tx, () => moveOrder(tx, id, to));
        if (refusal === undefined) allowed.push(to);
        else expect(refusal).toContain(`cannot move from ${from} to ${to}`);
      }
      expect(allowed).toEqual(ORDER_STATUSES.filter((to) => canMove(from, to)));
    });
  });

  test.each(ORDER_STATUSES.filter((status) => status !== 'DRAFT'))('no order starts as %s', async (status) => {
    await expectRefused('begins as DRAFT', (tx) => insertOrder(tx, { status }));
  });

  test.each([
    ['PENDING_PAYMENT', 'topup_orders_confirmed_check'],
    ['COMPLETED', 'topup_orders_paid_check'],
  ] as const)('%s requires its facts', async (status, constraint) => {
    await inVain(async (tx) => {
      const id = await orderIn(tx, status === 'COMPLETED' ? 'PENDING_PAYMENT' : 'DRAFT');
      await tx.query(`update topup_orders set paid_at = null where id = $1`, [id]);
      const facts = status === 'COMPLETED' ? `status = 'PAID'` : `status = $2, confirmed_at = null`;
      const values = status === 'COMPLETED' ? [id] : [id, status];
      expect(await refusalOf(tx, () => tx.query(`update topup_orders set ${facts} where id = $1`, values))).toBe(
        constraint,
      );
    });
  });

  test('an order cannot be COMPLETED without its PI number', async () => {
    await inVain(async (tx) => {
      const id = await orderIn(tx, 'PAID');
      const sql = `update topup_orders set status = 'COMPLETED', completed_at = now() where id = $1`;
      expect(await refusalOf(tx, () => tx.query(sql, [id]))).toBe('topup_orders_completed_check');
    });
  });
});
