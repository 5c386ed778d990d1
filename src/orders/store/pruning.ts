import type { DataSource } from 'typeorm';
import { runQuery } from '../../platform/database/run-queries.ts';
import { oneOf, type Sql, sql } from '../../platform/database/sql.ts';
import { GIVEN_UP } from '../rules/order-state.ts';

/** Condition that a payment event refers to the order with this id. payments/ owns the events and fills it. */
export type IsReferredTo = (orderId: Sql) => Sql;

/**
 * Deletes drafts that expired or were cancelled without a confirm, whose quote ran out before that time, and to which no payment
 * event refers; their lines and steps go with them. Returns their number. Skips an order that another transaction has locked: an
 * event may be about to refer to it. Triggers refuse the deletion of any other order.
 */
export async function deleteAbandonedDrafts(
  database: DataSource,
  { quotedBefore, limit, isReferredTo }: { quotedBefore: Date; limit: number; isReferredTo: IsReferredTo },
): Promise<number> {
  const deleted = await runQuery(
    database,
    sql`with abandoned as materialized (
        select o.id from topup_orders o
        where o.status in (${oneOf(GIVEN_UP)}) and o.confirmed_at is null and o.quote_expires_at < ${quotedBefore}
          and not ${isReferredTo(sql`o.id`)}
        order by o.quote_expires_at limit ${limit} for update of o skip locked
      )
      delete from topup_orders where id = any(array(select id from abandoned)) returning id`,
  );
  return deleted.length;
}
