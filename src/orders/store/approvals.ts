import { runQuery } from '../../platform/database/run-queries.ts';
import { sql } from '../../platform/database/sql.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import { enqueueJob, type NewJob } from '../../platform/jobs/job.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { ApprovalState } from '../rules/approval.ts';
import type { Cause } from '../rules/order-state.ts';
import { stepInsert } from './moves.ts';
import { lockDraft } from './orders.ts';
import { keepQuote } from './replaced-quotes.ts';
import { TopupOrder } from './topup-order.entity.ts';

export interface ApprovalStep {
  order: TopupOrder;
  state: ApprovalState;
  /** The new end of the quote; a decision leaves it. */
  quoteExpiresAt?: Date;
  cause: Cause;
  mail: ApprovalMail;
}

/** The mail about a state; `sending` counts how often the order has reached it. fulfilment/ makes it, which imports orders/. */
export type ApprovalMail = (state: ApprovalState, order: TopupOrder, sending: number) => NewJob;

/**
 * Sets the approval of a draft, appends the step and enqueues the mail, in one transaction. Returns undefined if another confirm,
 * cancel, decision or expiry changed the draft since it was read: the order's row lock lets one of them win.
 */
export function storeApproval(
  database: TenantDatabase,
  request: RequestContext,
  { order, state, quoteExpiresAt = order.quoteExpiresAt, cause, mail }: ApprovalStep,
): Promise<TopupOrder | undefined> {
  return database.transaction(request, async (tx) => {
    const draft = await lockDraft(tx, order);
    if (draft === undefined) return undefined;
    // A longer quote is another one, whose quotation says so.
    if (quoteExpiresAt !== order.quoteExpiresAt) await keepQuote(tx, draft.id, cause.at);
    const changes = { approvalState: state, quoteExpiresAt };
    await tx.update(TopupOrder, { id: draft.id }, changes);
    await runQuery(tx, stepInsert(draft, 'DRAFT', 'DRAFT', cause));
    const [reached] = await runQuery(
      tx,
      sql<{ times: bigint }>`
        select count(*) as times from topup_order_events where order_id = ${draft.id} and cause = ${cause.cause}`,
    );
    await enqueueJob(tx, mail(state, draft, Number(reached?.times)));
    // fault point: approval, stored and not committed
    return Object.assign(draft, changes);
  });
}
