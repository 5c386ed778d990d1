import type { DataSource } from 'typeorm';
import { isUpstreamError } from '../clients/upstream-error.ts';
import { GIVEN_UP, orderById } from '../orders/index.ts';
import type { CheckPayment } from './check-payment.ts';
import { voidInvoices } from './order-invoices.ts';
import type { PaymentProvider } from './provider.ts';

/**
 * Voids the invoice of an order that was given up while the invoice was created. Settles the payment if it is already
 * paid.
 */
export class VoidInvoice {
  constructor(
    private readonly database: DataSource,
    private readonly provider: PaymentProvider,
    private readonly payments: CheckPayment,
  ) {}

  /** Throws UpstreamError if the provider fails, so that the job is retried. */
  async voidForOrder(orderId: string): Promise<void> {
    const order = await orderById(this.database, orderId);
    if (!GIVEN_UP.has(order.status)) return;
    if ((await voidInvoices(this.database, this.provider, order)) === 'voided') return;
    const checked = await this.payments.check('poll', order);
    if (isUpstreamError(checked)) throw checked;
  }
}
