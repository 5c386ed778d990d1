import type { DataSource } from 'typeorm';
import { ordersAskedSince } from '../../orders/index.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { type Query, sql } from '../../platform/database/sql.ts';
import type { ProviderHealth, UnknownStreak } from '../rules/provider-end.ts';
import { PaymentLookupFailure } from './payment-lookup-failure.entity.ts';

const insertFailures = insertInto(PaymentLookupFailure);

/** Counts an answer that breaks the provider's contract. Returns the length of the streak. */
export async function countUnreadable(database: DataSource, orderId: string, at: Date): Promise<number> {
  const [row] = await runQuery(
    database,
    sql<{ unreadable: number }>`
      ${insertFailures([{ orderId, unreadable: 1, unknown: 0, unknownSince: null, failedAt: at }])}
      on conflict on constraint payment_lookup_failures_pkey do update
      set unreadable = payment_lookup_failures.unreadable + 1, failed_at = excluded.failed_at returning unreadable`,
  );
  return row?.unreadable ?? 0;
}

/** Counts an answer that knows no invoice of the order. Returns the streak. */
export async function countUnknown(database: DataSource, orderId: string, at: Date): Promise<UnknownStreak> {
  const [row] = await runQuery(
    database,
    sql<UnknownStreak>`
      ${insertFailures([{ orderId, unreadable: 0, unknown: 1, unknownSince: at, failedAt: at }])}
      on conflict on constraint payment_lookup_failures_pkey do update
      set unknown = payment_lookup_failures.unknown + 1, failed_at = excluded.failed_at,
        unknown_since = coalesce(payment_lookup_failures.unknown_since, excluded.unknown_since)
      returning unknown, unknown_since as "unknownSince"`,
  );
  return row ?? { unknown: 0, unknownSince: at };
}

/**
 * Counts the orders that await payment and were asked about since a time, and those of them whose invoice is unknown. An order that is
 * over is asked about too, and says nothing here: it is not among those asked.
 */
export async function providerHealth(database: DataSource, since: Date): Promise<ProviderHealth> {
  const [row] = await runQuery(
    database,
    sql<{ asked: bigint; unknown: bigint }>`
      select count(*) as asked, count(failure.order_id) as unknown from (${ordersAskedSince(since)}) as asked
      left join payment_lookup_failures as failure
        on failure.order_id = asked.id and failure.unknown > 0 and failure.failed_at >= ${since}`,
  );
  return { asked: Number(row?.asked ?? 0), unknown: Number(row?.unknown ?? 0) };
}

/** Ends the streak after a usable answer. */
export const forgetFailures = (orderId: string): Query =>
  sql`delete from payment_lookup_failures where order_id = ${orderId}`;
