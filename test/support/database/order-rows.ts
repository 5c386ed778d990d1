import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { type OrderStatus, TRANSITIONS } from '../../../src/orders/rules/order-state.ts';

/** Inserts rows in SQL, bypassing our code, for tests of the database's own rules. */
export async function insertOrder(tx: EntityManager, changes: Record<string, unknown> = {}): Promise<string> {
  const id = randomUUID();
  await insertRow(tx, 'topup_orders', {
    id,
    number: `TU-${id}`,
    organization_id: '1001',
    organization_name: 'PT Maju Jaya Sentosa',
    status: 'DRAFT',
    topup_total: 1000,
    excess_total: 0,
    total: 1000,
    quote_expires_at: '2026-11-23',
    correlation_id: 'test',
    created_at: '2026-11-22',
    ...changes,
  });
  return id;
}

export async function insertLine(tx: EntityManager, orderId: string, changes: Record<string, unknown> = {}) {
  const id = randomUUID();
  await insertRow(tx, 'topup_order_lines', {
    id,
    order_id: orderId,
    position: 0,
    kind: 'TOPUP',
    quota_code: 'wa_balance',
    label: 'WhatsApp balance',
    quota_type: 'lifetime',
    billing_version_for_pi: 'v3',
    quantity: 1000,
    multiplier: 1,
    credits: 1000,
    unit_price: 1,
    amount: 1000,
    ...changes,
  });
  return id;
}

export async function insertEntry(tx: EntityManager, lineId: string, changes: Record<string, unknown> = {}) {
  const id = randomUUID();
  await insertRow(tx, 'quota_ledger_entries', {
    id,
    organization_id: '1001',
    order_line_id: lineId,
    quota_code: 'wa_balance',
    kind: 'TOPUP',
    quantity: 1000,
    created_at: '2026-11-22',
    ...changes,
  });
  return id;
}

export async function insertRow(tx: EntityManager, table: string, row: Record<string, unknown>): Promise<void> {
  const values = Object.values(row);
  await tx.query(
    `insert into ${table} (${Object.keys(row).join(', ')}) values (${values.map((_, index) => `$${index + 1}`).join(', ')})`,
    values,
  );
}

const FACTS = `confirmed_at = '2026-11-22', payment_expires_at = '2026-11-23', paid_at = '2026-11-22'`;

/** Tries to move an order, with every fact that the new status requires. */
export async function moveOrder(tx: EntityManager, id: string, to: OrderStatus): Promise<void> {
  const done = to === 'COMPLETED' ? `, completed_at = '2026-11-22', paid_invoice_number = 'PI/1'` : '';
  await tx.query(`update topup_orders set status = $2${done} where id = $1`, [id, to]);
}

/** A new order, moved along the state table to a status. */
export async function orderIn(tx: EntityManager, status: OrderStatus): Promise<string> {
  const id = await insertOrder(tx);
  await insertLine(tx, id);
  await tx.query(`update topup_orders set ${FACTS} where id = $1`, [id]);
  for (const step of wayTo(status)) await moveOrder(tx, id, step);
  return id;
}

function wayTo(status: OrderStatus): OrderStatus[] {
  const ways = new Map<OrderStatus, OrderStatus[]>([['DRAFT', []]]);
  for (const [from, way] of ways) {
    for (const next of TRANSITIONS.filter((transition) => transition.from === from)) {
      if (!ways.has(next.to)) ways.set(next.to, [...way, next.to]);
    }
  }
  const way = ways.get(status);
  if (way === undefined) throw new Error(`no way leads to ${status}`);
  return way;
}
