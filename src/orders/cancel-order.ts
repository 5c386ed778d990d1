import { UpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { actorOf, organizationToWrite } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { enqueueJob, type NewJob } from '../platform/jobs/job.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { inOrderSpan, setFacts } from '../platform/telemetry/spans.ts';
import type { OrderOutcome } from './create-order.ts';
import type { Invoicing } from './invoicing.ts';
import { END_CAUSES } from './rules/end-cause.ts';
import { canMove, UNDER_REVIEW } from './rules/order-state.ts';
import {
  changedByOthers,
  orderNotFound,
  paymentProviderUnavailable,
  paymentReceived,
  type UserError,
  userError,
} from './rules/user-error.ts';
import { moveOrder } from './store/moves.ts';
import { eventsOfOrders, lockOrder, orderOfOrganization } from './store/orders.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';

const MAX_ATTEMPTS = 3;

/**
 * Cancels an order: DRAFT or PENDING_PAYMENT → CANCELLED. Voids the invoice first, so that nobody pays a cancelled
 * order. A crash in between leaves a pending order that nobody can pay: the buyer cancels it again, or the poll ends it, which
 * answers a later cancel without an error. A cancel after one that committed is refused with the cancelled order.
 */
export class CancelOrder {
  constructor(
    private readonly database: TenantDatabase,
    private readonly invoices: Invoicing,
    private readonly clock: Clock,
    /** The mail that tells the buyer. fulfilment/ makes it, which imports orders/; the composition root connects them. */
    private readonly mailAbout: (order: TopupOrder) => NewJob,
  ) {}

  async cancel(request: RequestContext, orderId: string): Promise<OrderOutcome> {
    const organizationId = organizationToWrite(request);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const order = await orderOfOrganization(this.database, request, organizationId, orderId);
      if (order === undefined) return { userErrors: [orderNotFound()] };
      if (UNDER_REVIEW.has(order.status)) return { order, userErrors: [paymentReceived()] };
      // The poll saw the void and ended the order first: during this call, or after one that died before its commit.
      if (await this.isEndedByProvider(request, order)) return { order, userErrors: [] };
      if (!canMove(order.status, 'CANCELLED')) return { order, userErrors: [notCancellable(order)] };
      const outcome = await inOrderSpan('cancel order', order, async (span) => {
        const attempted = await this.cancelUnchanged(request, order);
        setFacts(span, { outcome: attempted === undefined ? 'changed' : (attempted.userErrors[0]?.code ?? 'ok') });
        return attempted;
      });
      if (outcome !== undefined) return outcome;
    }
    return { userErrors: [changedByOthers()] };
  }

  private async isEndedByProvider(request: RequestContext, { id, status }: TopupOrder): Promise<boolean> {
    if (status !== 'CANCELLED') return false;
    const [steps] = await this.database.reads(request, eventsOfOrders([id]));
    return steps.findLast(({ from, to }) => from !== to)?.actor === null;
  }

  /** Returns undefined if the order has changed since it was read. */
  private async cancelUnchanged(request: RequestContext, order: TopupOrder): Promise<OrderOutcome | undefined> {
    if (order.status === 'PENDING_PAYMENT') {
      const refusal = await this.voidInvoices(order);
      if (refusal !== undefined) return { order, userErrors: [refusal] };
      // fault point: cancel, invoice void and order not cancelled
    }
    const cancelled = await this.store(request, order);
    // fault point: cancel, committed and not answered
    return cancelled && { order: cancelled, userErrors: [] };
  }

  private async voidInvoices(order: TopupOrder): Promise<UserError | undefined> {
    try {
      return (await this.invoices.voidAll(order)) === 'paid' ? paymentReceived() : undefined;
    } catch (error) {
      if (error instanceof UpstreamError) return paymentProviderUnavailable(error);
      throw error;
    }
  }

  /**
   * Returns undefined if the order moved meanwhile, or got an invoice, which must be void before the order is
   * cancelled.
   */
  private store(request: RequestContext, snapshot: TopupOrder): Promise<TopupOrder | undefined> {
    return this.database.transaction(request, async (tx) => {
      const order = await lockOrder(tx, { id: snapshot.id });
      if (order?.status !== snapshot.status || order.paymentInvoiceId !== snapshot.paymentInvoiceId) return undefined;
      await moveOrder(tx, order, 'CANCELLED', { at: this.clock.now(), cause: END_CAUSES.BUYER, ...actorOf(request) });
      if (order.confirmedAt !== null) await enqueueJob(tx, this.mailAbout(order));
      // fault point: cancel, moved and not committed
      return order;
    });
  }
}

function notCancellable(order: TopupOrder): UserError {
  const message = `The order is ${order.status}: only an order in DRAFT or PENDING_PAYMENT can be cancelled.`;
  return userError('INVALID_TRANSITION', message, { field: ['input', 'orderId'] });
}
