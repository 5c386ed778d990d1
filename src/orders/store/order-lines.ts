import type { EntityManager } from 'typeorm';
import { newId } from '../../kernel/ids.ts';
import { send } from '../../platform/database/send.ts';
import { call, statement, toJson } from '../../platform/database/statement.ts';
import type { Quote, QuoteLine } from '../rules/quote.ts';
import { TopupOrderLine } from './topup-order-line.entity.ts';

const INSERT = statement(
  `insert into topup_order_lines (id, order_id, position, kind, quota_code, label, package_id, package_code, quota_type,
     billing_version_for_pi, quantity, multiplier, credits, unit_price, amount, excess_period, period_start, period_end)
   select id, $1, position, kind, "quotaCode", label, "packageId", "packageCode", "quotaType",
     "billingVersionForPi", quantity, multiplier, credits, "unitPrice", amount, "excessPeriod", "periodStart", "periodEnd"
   from json_to_recordset($2) as line (
     id uuid, position integer, kind text, "quotaCode" text, label text, "packageId" text, "packageCode" text,
     "quotaType" text, "billingVersionForPi" text, quantity bigint, multiplier bigint, credits bigint, "unitPrice" bigint,
     amount bigint, "excessPeriod" text, "periodStart" date, "periodEnd" date)`,
);

/** The lines of a quote, as the order's. */
export function linesToInsert(orderId: string, lines: Quote['lines']) {
  const rows = lines.map((line, position) => ({ ...line, id: newId(), position }));
  return call(INSERT, orderId, toJson(rows));
}

/** A DRAFT that is quoted anew gets new lines. */
export async function replaceLines(tx: EntityManager, orderId: string, lines: Quote['lines']): Promise<void> {
  await tx.delete(TopupOrderLine, { orderId });
  await send(tx, linesToInsert(orderId, lines));
}

/** The periods of a quote of the same lines: the contract's end is frozen when the order is confirmed. */
export function frozenPeriods(lines: readonly TopupOrderLine[], quoted: readonly QuoteLine[]) {
  return lines.map((line) => {
    const same = quoted.find(
      ({ kind, quotaCode, excessPeriod }) =>
        kind === line.kind && quotaCode === line.quotaCode && excessPeriod === line.excessPeriod,
    );
    if (same === undefined) throw new Error(`line ${line.id} is not in the quote that it was compared with`);
    const { periodStart, periodEnd } = same;
    return { id: line.id, periodStart, periodEnd };
  });
}
