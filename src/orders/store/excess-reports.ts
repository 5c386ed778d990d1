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

interface StoredReports {
  id: string;
  atQuote: StoredExcess[] | null;
  atConfirm: StoredExcess[] | null;
}

/** Selects hub-core's reports of the excess at the quotes and the confirms of orders. */
export const excessReports = (orderIds: readonly string[]): Query<StoredReports> => sql<StoredReports>`
  select id, excess_at_quote as "atQuote", excess_at_confirm as "atConfirm" from topup_orders
  where id = any(${orderIds.filter(isId)}::uuid[])`;

/** Both reports; null where none is stored. */
export const toReports = ({ atQuote, atConfirm }: StoredReports) => ({
  atQuote: atQuote && toQuantities(atQuote),
  atConfirm: atConfirm && toQuantities(atConfirm),
});

const toQuantities = (report: readonly StoredExcess[]): ExcessQuantity[] =>
  report.map((stored) => ({ ...stored, quantity: BigInt(stored.quantity) }));

/** Returns undefined for an order without a report. */
export const toReport = ([row]: readonly StoredReport[]): ExcessQuantity[] | undefined =>
  row?.report ? toQuantities(row.report) : undefined;
