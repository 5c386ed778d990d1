import { randomUUID } from 'node:crypto';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { insertEntry, insertLine, insertOrder, insertRow, orderIn } from '../../support/database/order-rows.ts';

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

/**
 * The reason of the database's refusal: the constraint's name, or the message; undefined without one. Rolls everything
 * back.
 */
async function refusalOf(work: (tx: EntityManager) => Promise<unknown>): Promise<string | undefined> {
  const session = database.createQueryRunner();
  await session.startTransaction();
  try {
    await work(session.manager);
    return undefined;
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    return (error.driverError as { constraint?: string }).constraint ?? error.message;
  } finally {
    await session.rollbackTransaction();
    await session.release();
  }
}

describe('money is whole, positive, and sums up', () => {
  test.each<[string, string | RegExp, Record<string, unknown>]>([
    ['a total of nothing', 'topup_orders_totals_check', { topup_total: 0, total: 0 }],
    ['a negative total', 'topup_orders_totals_check', { topup_total: -1, total: -1 }],
    ['a negative excess', 'topup_orders_totals_check', { excess_total: -1, total: 999 }],
    ['a total that is not the sum', 'topup_orders_totals_check', { total: 1001 }],
    ['a fraction of a rupiah', /invalid input syntax for type bigint/, { topup_total: '1000.5', total: '1000.5' }],
  ])('an order with %s is refused', async (_, expected, changes) => {
    expect(await refusalOf((tx) => insertOrder(tx, changes))).toMatch(expected);
  });

  test.each<[string, string | RegExp, Record<string, unknown>]>([
    ['no quantity', 'topup_order_lines_amount_check', { quantity: 0, credits: 0, amount: 0 }],
    ['a negative quantity', 'topup_order_lines_amount_check', { quantity: -1, credits: -1, amount: -1 }],
    ['a price of nothing', 'topup_order_lines_amount_check', { unit_price: 0, amount: 0 }],
    ['a negative price', 'topup_order_lines_amount_check', { unit_price: -1, amount: -1000 }],
    ['an amount that is not quantity × price', 'topup_order_lines_amount_check', { amount: 999 }],
    ['credits that are not quantity × multiplier', 'topup_order_lines_credits_check', { credits: 1001 }],
    ['a multiplier of nothing', 'topup_order_lines_multiplier_check', { multiplier: 0, credits: 0 }],
    ['excess without a period', 'topup_order_lines_excess_check', { kind: 'EXCESS', credits: 0 }],
    ['an invalid kind', /topup_order_lines_(kind|credits)_check/, { kind: 'GIFT', credits: 0 }],
    ['a fraction', /invalid input syntax for type bigint/, { unit_price: '0.5' }],
  ])('a line with %s is refused', async (_, expected, changes) => {
    expect(await refusalOf(async (tx) => insertLine(tx, await insertOrder(tx), changes))).toMatch(expected);
  });

  test.each([0, -1])('a ledger entry of %i is refused', async (quantity) => {
    const refusal = await refusalOf(async (tx) =>
      insertEntry(tx, await insertLine(tx, await insertOrder(tx)), { quantity }),
    );
    // The counter, which comes first, refuses to fall below zero.
    expect(refusal).toBe(
      quantity === 0 ? 'quota_ledger_entries_quantity_check' : 'organization_packages_balance_check',
    );
  });

  test('a fixed price is refused when it is zero, negative or absent', async () => {
    const row = {
      id: randomUUID(),
      code: 'x',
      label: 'x',
      option_value: '{}',
      quota_type: 'lifetime',
      billing_version_for_pi: 'v3',
      is_fixed_cost: true,
      position: 1,
      active: true,
    };
    const insert = (base_price: number | null) =>
      refusalOf((tx) => insertRow(tx, 'topup_configurations', { ...row, base_price }));
    expect(await insert(0)).toBe('topup_configurations_fixed_cost_check');
    expect(await insert(-1)).toMatch(/topup_configurations_(base_price|fixed_cost)_check/);
    expect(await insert(null)).toBe('topup_configurations_fixed_cost_check');
    expect(await insert(1)).toBeUndefined();
  });
});

describe('confirmed content is frozen', () => {
  const frozen = ['PENDING_PAYMENT', 'PAID', 'EXPIRED', 'CANCELLED', 'COMPLETED'] as const;

  test.each(frozen)("%s: the order's totals do not change", async (status) => {
    const sql = `update topup_orders set topup_total = 1, total = 1 where id = $1`;
    expect(await refusalOf(async (tx) => tx.query(sql, [await orderIn(tx, status)]))).toContain('totals are frozen');
  });

  test.each(frozen)('%s: no line is changed, added or taken away', async (status) => {
    const attempts = [
      `update topup_order_lines set quantity = 2, credits = 2, amount = 2 where order_id = $1`,
      `update topup_order_lines set label = 'other' where order_id = $1`,
      `delete from topup_order_lines where order_id = $1`,
    ];
    for (const sql of attempts) {
      expect(await refusalOf(async (tx) => tx.query(sql, [await orderIn(tx, status)]))).toContain('lines are frozen');
    }
    const added = await refusalOf(async (tx) => insertLine(tx, await orderIn(tx, status), { position: 1 }));
    expect(added).toContain('lines are frozen');
  });

  test('a line cannot move into a draft to be changed there', async () => {
    const refusal = await refusalOf(async (tx) => {
      const paid = await orderIn(tx, 'PAID');
      await tx.query(`update topup_order_lines set order_id = $1, position = 9 where order_id = $2`, [
        await insertOrder(tx),
        paid,
      ]);
    });
    expect(refusal).toContain('lines are frozen');
  });

  test('the period of a line may still be set: it begins with the payment', async () => {
    const sql = `update topup_order_lines set period_start = '2026-12-01', period_end = '2026-12-31' where order_id = $1`;
    expect(await refusalOf(async (tx) => tx.query(sql, [await orderIn(tx, 'PENDING_PAYMENT')]))).toBeUndefined();
  });

  test.each(['id = gen_random_uuid()', `number = 'x'`, `organization_id = '1002'`, `created_at = now()`])(
    'even a draft keeps its identity: %s',
    async (change) => {
      const sql = `update topup_orders set ${change} where id = $1`;
      expect(await refusalOf(async (tx) => tx.query(sql, [await insertOrder(tx)]))).toContain('are fixed');
    },
  );

  test('order numbers and invoice ids are unique', async () => {
    const twice = (changes: Record<string, unknown>) =>
      refusalOf(async (tx) => {
        await insertOrder(tx, changes);
        await insertOrder(tx, changes);
      });
    expect(await twice({ number: 'TU-1' })).toBe('topup_orders_number_key');
    expect(await twice({ payment_invoice_id: 'inv_1' })).toBe('topup_orders_payment_invoice_key');
  });

  test('an event of Mekari Pay is stored once', async () => {
    const event = {
      event_id: 'webhook:msg_1',
      source: 'webhook',
      type: 'invoice.paid',
      order_number: 'x',
      invoice_id: 'i',
      amount: 1,
      currency: 'IDR',
      outcome: 'unknown_order',
      received_at: '2026-11-22',
    };
    const refusal = await refusalOf(async (tx) => {
      for (let i = 0; i < 2; i++) await insertRow(tx, 'payment_events', { id: randomUUID(), ...event });
    });
    expect(refusal).toBe('payment_events_event_key');
  });
});
