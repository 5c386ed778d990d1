import type { DataSource, EntityManager } from 'typeorm';
import type { TopupOrder } from '../../orders/index.ts';

/**
 * An order holds its excess from its confirm on: nobody else is asked for it. One that was cancelled or expired has given it
 * back, and an order that was confirmed since may carry the same: paid already, or yet to be paid.
 */
export async function isExcessPaidTwice(database: DataSource | EntityManager, order: TopupOrder): Promise<boolean> {
  const takenOn: unknown[] = await database.query(
    `select from topup_order_lines mine
     join topup_orders other on other.organization_id = $2 and other.id <> $1
     join topup_order_lines theirs on theirs.order_id = other.id and theirs.kind = 'EXCESS'
       and theirs.quota_code = mine.quota_code and theirs.excess_period = mine.excess_period
     join topup_order_events confirmed on confirmed.order_id = other.id and confirmed.to_status = 'PENDING_PAYMENT'
     where mine.order_id = $1 and mine.kind = 'EXCESS'
       and confirmed.id > (select max(id) from topup_order_events
                           where order_id = $1 and to_status in ('EXPIRED', 'CANCELLED'))
       and (other.status in ('PENDING_PAYMENT', 'PAYMENT_REVIEW', 'PAID', 'COMPLETED') or other.completed_at is not null)
     limit 1`,
    [order.id, order.organizationId],
  );
  return takenOn.length > 0;
}
