import type { DataSource, EntityManager } from 'typeorm';
import type { ExcessQuantity } from '../../excess-usage/index.ts';
import { settlementsOf } from '../../ledger/index.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { oneOf, type Query, sql } from '../../platform/database/sql.ts';
import { AWAITS_PAYMENT, CREDITED, GIVEN_UP, HOLDS_EXCESS } from '../rules/order-state.ts';
import type { TopupOrder } from './topup-order.entity.ts';

/** Selects the excess that is settled, or that an order other than `exceptOrderId` holds: no order settles it again. */
export const takenExcess = (
  organizationId: string,
  exceptOrderId?: string,
): Query<ExcessQuantity> => sql<ExcessQuantity>`
  select code, period, sum(quantity)::bigint as quantity from (
    ${settlementsOf(organizationId)}
    union all
    select line.quota_code, line.excess_period, line.quantity
    from topup_orders o join topup_order_lines line on line.order_id = o.id
    where o.organization_id = ${organizationId} and o.status in (${oneOf(HOLDS_EXCESS)})
      and line.kind = 'EXCESS' and o.id is distinct from ${exceptOrderId ?? null}
  ) as excess group by code, period`;

/** Serializes the confirms of one organization until the transaction ends. */
export const lockExcess = (organizationId: string): Query =>
  sql`select pg_advisory_xact_lock(hashtextextended('excess:' || ${organizationId}, 0))`;

/**
 * Returns true if a payment of this given-up order settles excess for the second time. Giving the order up freed its
 * excess, and an order confirmed since then holds or has settled the same quota and period.
 */
export async function isExcessPaidTwice(database: DataSource | EntityManager, order: TopupOrder): Promise<boolean> {
  // An order that awaits its payment holds its excess, so no other order can take it.
  if (AWAITS_PAYMENT.has(order.status)) return false;
  const others = await runQuery(
    database,
    sql`select 1 as hit from topup_order_lines mine
      join topup_orders other on other.organization_id = ${order.organizationId} and other.id <> ${order.id}
      join topup_order_lines theirs on theirs.order_id = other.id and theirs.kind = 'EXCESS'
        and theirs.quota_code = mine.quota_code and theirs.excess_period = mine.excess_period
      join topup_order_events confirmed on confirmed.order_id = other.id
        and confirmed.to_status in (${oneOf(AWAITS_PAYMENT)})
      where mine.order_id = ${order.id} and mine.kind = 'EXCESS'
        and confirmed.id > (select max(id) from topup_order_events
                            where order_id = ${order.id} and to_status in (${oneOf(GIVEN_UP)}))
        and (other.status in (${oneOf([...HOLDS_EXCESS, ...CREDITED])})
             or other.completed_at is not null)
      limit 1`,
  );
  return others.length > 0;
}
