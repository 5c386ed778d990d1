import type { DataSource } from 'typeorm';
import type { MekariPay } from '../clients/mekari-pay.ts';
import { UpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { organizationToWrite, requireCaller } from '../organizations/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import type { RequestContext } from '../platform/request-context.ts';
import type { OrderOutcome } from './create-order.ts';
import { canMove } from './order-state.ts';
import { orderById, orderOfOrganization } from './orders.reader.ts';
import type { TopupOrder } from './topup-order.entity.ts';
import { lockOrder, transition } from './transition.ts';
import { orderNotFound, paymentProviderUnavailable, type UserError, userError } from './user-error.ts';
import { voidInvoices } from './void-invoices.ts';

/**
 * DRAFT or PENDING_PAYMENT → CANCELLED. The invoice is voided first, so that a cancelled order cannot be paid by accident;
 * a crash after that leaves a pending order that nobody can pay, which the buyer may cancel again and time expires.
 */
export class CancelOrder {
  constructor(
    private readonly database: DataSource,
    private readonly pay: MekariPay,
    private readonly clock: Clock,
  ) {}

  async cancel(request: RequestContext, orderId: string): Promise<OrderOutcome> {
    const order = await orderOfOrganization(this.database, organizationToWrite(request), orderId);
    if (order === undefined) return { userErrors: [orderNotFound()] };
    if (!canMove(order.status, 'CANCELLED')) return { order, userErrors: [notCancellable(order)] };
    if (order.status === 'PENDING_PAYMENT') {
      try {
        if ((await voidInvoices(this.pay, order)) === 'paid') return { order, userErrors: [alreadyPaid()] };
      } catch (error) {
        if (error instanceof UpstreamError) return { order, userErrors: [paymentProviderUnavailable(error)] };
        throw error;
      }
    }
    return this.store(request, order);
  }

  private async store(request: RequestContext, seen: TopupOrder): Promise<OrderOutcome> {
    const cause = {
      at: this.clock.now(),
      cause: 'cancelTopupOrder',
      actor: requireCaller(request).subject,
    };
    const cancelled = await inTransaction(this.database, async (tx) => {
      const order = await lockOrder(tx, { id: seen.id });
      // Confirmed, paid or expired meanwhile. A DRAFT that was confirmed has an invoice now, which is not void.
      if (order?.status !== seen.status) return undefined;
      await transition(tx, order, 'CANCELLED', cause);
      return order;
    });
    if (cancelled !== undefined) return { order: cancelled, userErrors: [] };
    const order = await orderById(this.database, seen.id);
    return { order, userErrors: [notCancellable(order)] };
  }
}

function notCancellable(order: TopupOrder): UserError {
  const message = `The order is ${order.status}: only a DRAFT or an order in PENDING_PAYMENT can be cancelled.`;
  const retryable = canMove(order.status, 'CANCELLED');
  return userError('INVALID_TRANSITION', message, { field: ['input', 'orderId'], retryable });
}

function alreadyPaid(): UserError {
  const message = 'The order has just been paid and cannot be cancelled: its quota is about to rise.';
  return userError('INVALID_TRANSITION', message, { field: ['input', 'orderId'] });
}
