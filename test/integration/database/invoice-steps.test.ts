import type { EntityManager } from 'typeorm';
import { afterAll, expect, test } from 'vitest';
import { InvoiceSteps1766600000000 } from '../../../migrations/1766600000000-invoice-steps.ts';
import { migrations } from '../../../migrations/index.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { createDatabase } from '../../support/database/database.ts';
import { insertOrder, insertRow } from '../../support/database/order-rows.ts';

const db = await createDatabase('template1');
afterAll(() => db.drop());

const enter = (tx: EntityManager, order_id: string, changes: Record<string, unknown>) =>
  insertRow(tx, 'order_payments', {
    id: newId(),
    order_id,
    kind: 'PAYMENT',
    provider: 'mekari-pay',
    amount: 1_000_000,
    original_amount: '1000000',
    original_currency: 'IDR',
    received_at: '2026-11-22T10:00:05Z',
    recorded_at: '2026-11-22T10:00:07Z',
    ...changes,
  });

test('an invoice that paid two orders already stops no migration, and no invoice pays two after it', async () => {
  const before = migrations.slice(0, migrations.indexOf(InvoiceSteps1766600000000));
  const old = await connectDatabase({ url: db.url, entities: [], migrations: before });
  await old.runMigrations();
  const [one, other] = await old.transaction(async (tx) => {
    const orders = [await insertOrder(tx), await insertOrder(tx)] as const;
    for (const order of orders) await enter(tx, order, { invoice_id: 'inv_of_both' });
    return orders;
  });
  await old.destroy();

  const latest = await connectDatabase({ url: db.url, entities: [], migrations: [...migrations] });
  try {
    await latest.runMigrations();
    expect(await latest.query('select order_id, step_number from order_payments order by id')).toEqual([
      { order_id: one, step_number: null },
      { order_id: other, step_number: null },
    ]);
    await enter(latest.manager, one, { invoice_id: 'inv_new', step_number: 1 });
    await enter(latest.manager, one, { invoice_id: 'inv_new', step_number: 2 });
    await expect(enter(latest.manager, other, { invoice_id: 'inv_new', step_number: 1 })).rejects.toThrow(
      'order_payments_step_key',
    );
    await enter(latest.manager, other, { provider: 'another-provider', invoice_id: 'inv_new', step_number: 1 });
    // As after a crash between two statements.
    const session = latest.createQueryRunner();
    await new InvoiceSteps1766600000000().up(session);
    await session.release();
    const invalid = `select from pg_index where not indisvalid`;
    expect(await latest.query(invalid)).toEqual([]);
  } finally {
    await latest.destroy();
  }
});
