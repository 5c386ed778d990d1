import { excessKey, type SettledExcess } from '../../ledger/index.ts';
import { call, statement } from '../../platform/database/statement.ts';

/**
 * Excess of the organization $1 that is settled, or that another order than $2 which awaits its payment carries already: it must
 * not be asked for a second time.
 */
export const CLAIMED_EXCESS = `select code, period, sum(quantity)::bigint as quantity from (
    select quota_code as code, period, quantity from quota_ledger_entries
    where organization_id = $1 and kind = 'EXCESS_SETTLEMENT'
    union all
    select line.quota_code, line.excess_period, line.quantity
    from topup_orders o join topup_order_lines line on line.order_id = o.id
    where o.organization_id = $1 and o.status in ('PENDING_PAYMENT', 'PAYMENT_REVIEW')
      and line.kind = 'EXCESS' and o.id is distinct from $2
  ) as excess group by code, period`;

export interface ClaimRow {
  code: string;
  period: string;
  quantity: bigint;
}

const CLAIMS = statement<ClaimRow>(CLAIMED_EXCESS);

/** `exceptOrderId` is the order that asks. */
export const settledOrClaimedExcess = (organizationId: string, exceptOrderId?: string) =>
  call(CLAIMS, organizationId, exceptOrderId ?? null);

export const toSettledExcess = (rows: readonly ClaimRow[]): SettledExcess =>
  new Map(rows.map((row) => [excessKey(row.code, row.period), row.quantity]));

const LOCK = statement(`select pg_advisory_xact_lock(hashtextextended('excess:' || $1, 0))`);

/** Confirms of one organization go one after the other, to the end of the transaction. */
export const lockExcess = (organizationId: string) => call(LOCK, organizationId);
