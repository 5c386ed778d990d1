import type { EntityManager } from 'typeorm';
import { excessKey, type SettledExcess } from '../ledger/index.ts';

/**
 * Excess of the organization that is settled, or that another order which awaits its payment carries already: it must not
 * be asked for a second time. `exceptOrderId` is the order that asks.
 */
export async function settledOrClaimedExcess(
  database: Pick<EntityManager, 'query'>,
  organizationId: string,
  exceptOrderId?: string,
): Promise<SettledExcess> {
  const rows: { code: string; period: string; quantity: string }[] = await database.query(
    `select code, period, sum(quantity) as quantity from (
       select quota_code as code, period, quantity from quota_ledger_entries
       where organization_id = $1 and kind = 'EXCESS_SETTLEMENT'
       union all
       select line.quota_code, line.excess_period, line.quantity
       from topup_orders o join topup_order_lines line on line.order_id = o.id
       where o.organization_id = $1 and o.status in ('PENDING_PAYMENT', 'PAYMENT_REVIEW')
         and line.kind = 'EXCESS' and o.id is distinct from $2
     ) as excess group by code, period`,
    [organizationId, exceptOrderId ?? null],
  );
  return new Map(rows.map((row) => [excessKey(row.code, row.period), BigInt(row.quantity)]));
}

/** Confirms of one organization go one after the other, to the end of the transaction. */
export async function lockExcess(tx: EntityManager, organizationId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('excess:' || $1, 0))`, [organizationId]);
}
