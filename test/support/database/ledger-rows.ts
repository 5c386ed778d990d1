import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { OrderStatus } from '../../../src/orders/rules/order-state.ts';
import { insertEntry, insertLine, insertOrder, moveOrder } from './order-rows.ts';

export interface LedgerLine {
  kind: 'TOPUP' | 'EXCESS_SETTLEMENT';
  code: string;
  units: number;
}

export interface CreditedOrder {
  id: string;
  number: string;
  /** In the order of `lines`. */
  lineIds: string[];
}

/** Enters an order that an operator approved and accounting booked, in SQL, bypassing our code. At least one line is a TOPUP. */
export async function creditOrder(
  tx: EntityManager,
  organizationId: string,
  lines: readonly LedgerLine[],
  at: Date,
): Promise<CreditedOrder> {
  const topup = lines.filter(({ kind }) => kind === 'TOPUP').reduce((sum, { units }) => sum + units, 0);
  const total = lines.reduce((sum, { units }) => sum + units, 0);
  const number = `TU-${randomUUID()}`;
  const totals = { topup_total: topup, excess_total: total - topup, total };
  const id = await insertOrder(tx, { number, organization_id: organizationId, ...totals });
  const lineIds: string[] = [];
  for (const [position, { kind, code, units }] of lines.entries()) {
    const excess = { kind: 'EXCESS', credits: 0, excess_period: '2026-10' };
    const amounts = { quantity: units, credits: units, amount: units };
    const line = { position, quota_code: code, ...amounts, ...(kind === 'EXCESS_SETTLEMENT' && excess) };
    lineIds.push(await insertLine(tx, id, line));
  }
  const facts = [`confirmed_at = $2`, `payment_expires_at = $2::timestamptz + interval '1 day'`, `paid_at = $2`];
  await tx.query(`update topup_orders set ${facts.join(', ')} where id = $1`, [id, at]);
  const steps: OrderStatus[] = ['PENDING_PAYMENT', 'PAYMENT_REVIEW', 'PAID'];
  for (const step of steps) await moveOrder(tx, id, step);
  for (const [index, { kind, code, units }] of lines.entries()) {
    await insertEntry(tx, lineIds[index] ?? '', {
      organization_id: organizationId,
      quota_code: code,
      kind,
      quantity: units,
      period: kind === 'TOPUP' ? null : '2026-10',
      created_at: at,
    });
  }
  await moveOrder(tx, id, 'COMPLETED');
  await enterSteps(tx, id, [null, 'DRAFT', ...steps, 'COMPLETED'], at);
  return { id, number, lineIds };
}

/** Refunds one line of a credited order, which must not be refunded yet. */
export async function refundLine(
  tx: EntityManager,
  organizationId: string,
  { id, lineId, code, units, reason }: { id: string; lineId: string; code: string; units: number; reason?: string },
  at: Date,
): Promise<void> {
  await moveOrder(tx, id, 'REFUNDED');
  await insertEntry(tx, lineId, {
    organization_id: organizationId,
    quota_code: code,
    kind: 'REFUND',
    quantity: -units,
    created_at: at,
  });
  await enterSteps(tx, id, ['COMPLETED', 'REFUNDED'], at, reason);
}

async function enterSteps(tx: EntityManager, id: string, statuses: (OrderStatus | null)[], at: Date, reason?: string) {
  for (const [index, to] of statuses.entries()) {
    if (index === 0) continue;
    const from = statuses[index - 1];
    const cause = to === 'PAID' ? 'operator: payment approved' : 'test';
    await tx.query(
      `insert into topup_order_events (order_id, at, from_status, to_status, cause, reason, correlation_id)
       values ($1, $2, $3, $4, $5, $6, 'test')`,
      [id, at, from, to, cause, reason],
    );
  }
}
