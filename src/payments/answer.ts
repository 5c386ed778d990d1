import type { TopupOrder } from '../orders/index.ts';
import type { Invoice } from './provider.ts';
import type { ReceivedSums } from './rules/decide-payment.ts';
import type { OrderPayment } from './store/order-payment.entity.ts';
import type { PaymentSource } from './store/payment-event.entity.ts';

/** The provider's answer about an order: every invoice that was ever made for it. */
export interface Answer {
  provider: string;
  source: Exclude<PaymentSource, 'webhook'>;
  invoices: readonly Invoice[];
}

/** The answer, the locked order and everything that follows from both. */
export interface Settling extends Answer {
  order: TopupOrder;
  sums: ReceivedSums;
  /** The payments and refunds that the answer adds. */
  rows: readonly OrderPayment[];
  /** Earlier ones and those of this answer, oldest first. */
  payments: readonly OrderPayment[];
  at: Date;
}

/** The invoice that moves and results name: that of the latest payment, else the order's own. */
export const invoiceOf = ({ order, payments }: Settling): string =>
  payments.at(-1)?.invoiceId ?? order.paymentInvoiceId ?? '';
