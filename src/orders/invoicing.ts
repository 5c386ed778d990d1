import type { UpstreamError } from '../clients/upstream-error.ts';
import type { NewJob } from '../platform/jobs/job.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';
import type { TopupOrderLine } from './store/topup-order-line.entity.ts';

/** The current order, and the provider's failure if it has no invoice. */
export interface IssueOutcome {
  order: TopupOrder;
  failure?: UpstreamError;
  /** The provider will not make the invoice, and the order is cancelled for that. */
  isRefused?: boolean;
}

/** The port through which orders/ reaches payments/, which imports orders/. The composition root connects them. */
export interface Invoicing {
  /** Returns the job that gets the order its invoice at `runAt`, in case this process dies before it does. */
  fallbackJob(order: TopupOrder, runAt: Date): NewJob;
  /** Gets a pending order its one invoice. `order` must be fresh from the database; `lines` saves a query. */
  issue(order: TopupOrder, lines?: readonly TopupOrderLine[]): Promise<IssueOutcome>;
  /**
   * Voids every invoice of the order, so that nobody can pay it. Returns "paid" if one is paid. Throws UpstreamError.
   */
  voidAll(order: TopupOrder): Promise<'voided' | 'paid'>;
}
