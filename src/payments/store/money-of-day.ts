import type { DataSource } from 'typeorm';
import { payableOfOrder } from '../../orders/index.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { type Query, raw, type Sql, sql } from '../../platform/database/sql.ts';

/** The money that moved on one day of Jakarta, by one method and in one currency. Amounts are decimal text. */
export interface MoneyOfDay {
  day: string;
  /** As the provider names it; `bank_transfer` for a give-back past the provider, null where nobody named one. */
  method: string | null;
  currency: string;
  payments: number;
  received: string;
  /** The part of `received` beyond what its orders ask for; null in another currency than rupiah. */
  feesAndSurplus: string | null;
  /** The provider may show what an operator recorded: that money counts once, on the day on which it was known first. */
  givenBack: string;
}

/** Jakarta is UTC+7 all year (kernel/jakarta.ts). */
const jakartaDay = (instant: Sql): Sql => sql`((${instant} at time zone 'UTC') + interval '7 hours')::date`;
const order = raw('order_id, currency order by day, recorded_at, id');

export interface Day {
  day: string;
  from: Date;
  until: Date;
}

/** Reads the money of each day in one snapshot. A day is a statement of its own, so the memory that it takes follows the orders of a day. */
export function readMoneyOfDays(
  database: DataSource,
  days: readonly Day[],
  onDay: (rows: readonly MoneyOfDay[]) => void,
): Promise<void> {
  return database.transaction('REPEATABLE READ', async (tx) => {
    await tx.query('set transaction read only');
    await tx.query('set local statement_timeout = 0');
    for (const day of days) onDay(await runQuery(tx, moneyOfDay(day)));
  });
}

/**
 * Selects the money of one day. Reads the orders that moved money on it, each with all of its money: a payment is a surplus as far as it
 * raises the order's sum above what the order asks for.
 */
const moneyOfDay = ({ day, from, until }: Day): Query<MoneyOfDay> => sql<MoneyOfDay>`
  with touched as materialized (
    select order_id from order_payments where received_at >= ${from}::timestamptz and received_at < ${until}::timestamptz
    union
    select order_id from order_give_backs where given_on = ${day}::date
  ), movement as (
    select touched.order_id, each.*, (${payableOfOrder(raw('touched.order_id'))}) as payable from touched cross join lateral (
      (select id, case kind when 'PAYMENT' then 'PAYMENT' else 'SHOWN' end as by, ${jakartaDay(raw('received_at'))} as day, recorded_at,
        method, original_currency as currency, coalesce(abs(amount), original_amount::numeric) as amount
      from order_payments where order_id = touched.order_id offset 0)
      union all
      (select id, channel, given_on, recorded_at, case channel when 'TRANSFER' then 'bank_transfer' end, original_currency,
        coalesce(amount, original_amount::numeric)
      from order_give_backs where order_id = touched.order_id offset 0)
    ) as each
  ), running as (
    select *, coalesce(sum(amount) filter (where by = 'PAYMENT') over so_far, 0) as paid,
      greatest(
        coalesce(sum(amount) filter (where by = 'SHOWN') over so_far, 0),
        coalesce(sum(amount) filter (where by = 'PROVIDER') over so_far, 0)
      ) as returned
    from movement window so_far as (partition by ${order} rows unbounded preceding)
  ), counted as (
    select *, case by when 'TRANSFER' then amount else returned - lag(returned, 1, 0::numeric) over (partition by ${order}) end as given_back
    from running
  )
  select day::text, method, currency, (count(*) filter (where by = 'PAYMENT'))::integer as payments,
    coalesce(sum(amount) filter (where by = 'PAYMENT'), 0)::text as received,
    case currency when 'IDR' then
      coalesce(sum(greatest(0, least(amount, paid - payable))) filter (where by = 'PAYMENT'), 0)::text
    end as "feesAndSurplus",
    sum(given_back)::text as "givenBack"
  from counted where day = ${day}::date
  group by day, method, currency order by currency, method nulls first`;
