import { UpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { organizationToWrite, requireCaller } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { inOrderSpan, setFacts } from '../platform/telemetry/spans.ts';
import type { OrderOutcome } from './create-order.ts';
import type { Invoicing } from './invoicing.ts';
import { canMove } from './rules/order-state.ts';
import {
  changedByOthers,
  orderNotFound,
  paymentProviderUnavailable,
  type UserError,
  userError,
} from './rules/user-error.ts';
import { moveOrder } from './store/moves.ts';
import { lockOrder, orderOfOrganization } from './store/orders.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';

const MAX_ATTEMPTS = 3;

/**
 * DRAFT or PENDING_PAYMENT → CANCELLED. The invoice is voided first, so that nobody pays a cancelled order by accident; a
 * crash after that leaves a pending order that nobody can pay, which the buyer may cancel again and time expires.
 */
export class CancelOrder {
  constructor(
    private readonly database: TenantDatabase,
    private readonly invoices: Invoicing,
    private readonly clock: Clock,
  ) {}

  async cancel(request: RequestContext, orderId: string): Promise<OrderOutcome> {
    const organizationId = organizationToWrite(request);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const order = await orderOfOrganization(this.database, request, organizationId, orderId);
      if (order === undefined) return { userErrors: [orderNotFound()] };
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

  /** undefined: the order has changed since it was read. */
  private async cancelUnchanged(request: RequestContext, order: TopupOrder): Promise<OrderOutcome | undefined> {
    if (order.status === 'PENDING_PAYMENT') {
      const refusal = await this.voidInvoices(order);
      if (refusal !== undefined) return { order, userErrors: [refusal] };
      // fault point: cancel, invoice void and order not cancelled
    }
    const cancelled = await this.store(request, order);
    return cancelled && { order: cancelled, userErrors: [] };
  }

  private async voidInvoices(order: TopupOrder): Promise<UserError | undefined> {
    try {
      return (await this.invoices.voidAll(order)) === 'paid' ? alreadyPaid() : undefined;
    } catch (error) {
      if (error instanceof UpstreamError) return paymentProviderUnavailable(error);
      throw error;
    }
  }

  /** undefined: it was confirmed, paid or expired meanwhile, or got an invoice, which must be voided first. */
  private store(request: RequestContext, read: TopupOrder): Promise<TopupOrder | undefined> {
    const actor = requireCaller(request).subject;
    return this.database.transaction(request, async (tx) => {
      const order = await lockOrder(tx, { id: read.id });
      if (order?.status !== read.status || order.paymentInvoiceId !== read.paymentInvoiceId) return undefined;
      await moveOrder(tx, order, 'CANCELLED', { at: this.clock.now(), cause: 'cancelTopupOrder', actor });
      // fault point: cancel, moved and not committed
      return order;
    });
  }
}

function notCancellable(order: TopupOrder): UserError {
  const message = `The order is ${order.status}: only a DRAFT or an order in PENDING_PAYMENT can be cancelled.`;
  return userError('INVALID_TRANSITION', message, { field: ['input', 'orderId'] });
}

function alreadyPaid(): UserError {
  const message = 'The order has just been paid and cannot be cancelled: its quota is about to rise.';
  return userError('INVALID_TRANSITION', message, { field: ['input', 'orderId'] });
}
