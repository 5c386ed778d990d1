import type { DataSource, EntityManager } from 'typeorm';
import type { ClaimedExcess, ExcessQuantity } from '../../excess-usage/index.ts';
import { settlementsOf } from '../../ledger/index.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { oneOf, type Query, sql } from '../../platform/database/sql.ts';
import { AWAITS_PAYMENT, CREDITED, GIVEN_UP, UNDER_REVIEW } from '../rules/order-state.ts';
import { awaitsItsPayment, ordersThatAwaitPayment } from './open-orders.ts';
import type { TopupOrder } from './topup-order.entity.ts';

/** Selects the excess that is settled, or that an order other than `exceptOrderId` claims: no order settles it again. */
export const takenExcess = (
  organizationId: string,
  now: Date,
  exceptOrderId?: string,
): Query<ExcessQuantity> => sql<ExcessQuantity>`
  select code, period, sum(quantity)::bigint as quantity from (
    ${settlementsOf(organizationId)}
    union all
    select line.quota_code, line.excess_period, line.quantity
    from topup_orders o join topup_order_lines line on line.order_id = o.id
    where o.organization_id = ${organizationId} and ${awaitsItsPayment(now)}
      and line.kind = 'EXCESS' and o.id is distinct from ${exceptOrderId ?? null}
  ) as excess group by code, period`;

export interface ClaimedLine extends ClaimedExcess {
  organizationId: string;
  orderNumber: string;
}

/** Selects the lines by which orders claim excess, the oldest order first. */
export const claimedLines = (organizationIds: readonly string[], now: Date): Query<ClaimedLine> => sql<ClaimedLine>`
  select o.organization_id as "organizationId", o.id as "orderId", o.number as "orderNumber", line.label,
    line.label_translations as "labelTranslations",
    line.quota_code as code, line.excess_period as period, line.quantity, line.unit_price as "unitPrice", line.amount
  from ${ordersThatAwaitPayment(organizationIds, now)} join topup_order_lines line on line.order_id = o.id
  where line.kind = 'EXCESS'
  order by o.confirmed_at, o.id, line.position`;

/**
 * Returns true if a payment of this order settles excess for the second time. Giving the order up ended its claim, and so did
 * its deadline if it is under review; an order confirmed since then claims or has settled the same quota and period.
 */
export async function isExcessPaidTwice(database: DataSource | EntityManager, order: TopupOrder): Promise<boolean> {
  // A pending order claims its excess, so no other order can take it.
  if (AWAITS_PAYMENT.has(order.status)) return false;
  const others = await runQuery(
    database,
    sql`select 1 as hit from topup_order_lines mine
      join topup_orders other on other.organization_id = ${order.organizationId} and other.id <> ${order.id}
      join topup_order_lines theirs on theirs.order_id = other.id and theirs.kind = 'EXCESS'
        and theirs.quota_code = mine.quota_code and theirs.excess_period = mine.excess_period
      join topup_order_events confirmed on confirmed.order_id = other.id
        and confirmed.to_status in (${oneOf(AWAITS_PAYMENT)}) and confirmed.from_status <> confirmed.to_status
      where mine.order_id = ${order.id} and mine.kind = 'EXCESS'
        and (other.confirmed_at > ${order.paymentExpiresAt}
             or confirmed.id > (select max(id) from topup_order_events
                                where order_id = ${order.id} and to_status in (${oneOf(GIVEN_UP)}) and from_status <> to_status))
        and (other.status in (${oneOf([...AWAITS_PAYMENT, ...UNDER_REVIEW, ...CREDITED])})
             or other.paid_at is not null)
      limit 1`,
  );
  return others.length > 0;
}
