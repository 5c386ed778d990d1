import type { ExcessQuantity } from '../../excess-usage/index.ts';
import { isId } from '../../kernel/ids.ts';
import { type Query, sql } from '../../platform/database/sql.ts';
import type { StoredExcess } from './topup-order.entity.ts';

export const toStoredExcess = (report: readonly ExcessQuantity[]): StoredExcess[] =>
  report.map(({ code, period, quantity }) => ({ code, period, quantity: String(quantity) }));

interface StoredReport {
  report: StoredExcess[] | null;
}

/** Selects hub-core's report of the excess at the order's quote. */
export const excessAtQuote = (orderId: string): Query<StoredReport> => sql<StoredReport>`
  select excess_at_quote as report from topup_orders where id = any(${[orderId].filter(isId)}::uuid[])`;

/** Returns undefined for an order without a report. */
export const toReport = ([row]: readonly StoredReport[]): ExcessQuantity[] | undefined =>
  row?.report?.map((stored) => ({ ...stored, quantity: BigInt(stored.quantity) }));
