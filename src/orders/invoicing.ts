import type { UpstreamError } from '../clients/upstream-error.ts';
import type { NewJob } from '../platform/jobs/job.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';
import type { TopupOrderLine } from './store/topup-order-line.entity.ts';

/** The order as it is then, and why it has no invoice, where the provider did not make one. */
export interface Issued {
  order: TopupOrder;
  failure?: UpstreamError;
}

/** What orders ask of payments/, which knows orders/ and not the other way round: given at the composition root. */
export interface Invoicing {
  /** The job that gets the order its invoice at `runAt`, should this process die before it does. */
  laterJob(order: TopupOrder, runAt: Date): NewJob;
  /** Gets a pending order its one invoice. Takes an order that was read just now, and its lines where they are at hand. */
  issue(order: TopupOrder, lines?: readonly TopupOrderLine[]): Promise<Issued>;
  /** Voids whatever invoice the order has, so that nobody can pay it. "paid": it is paid already. Throws UpstreamError. */
  voidAll(order: TopupOrder): Promise<'voided' | 'paid'>;
}
