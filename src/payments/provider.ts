import type { IncomingHttpHeaders } from 'node:http';
import type { Rupiah } from '../kernel/money.ts';

/**
 * A payment provider as payments/ needs it. An adapter is a folder of clients/ that has this shape; app/neighbours.ts chooses
 * it. All calls throw UpstreamError.
 */
export interface PaymentProvider {
  /** Stored with every order and payment event; never renamed. */
  readonly name: string;
  /** Answers the same invoice for the same order number, however often it is called. */
  createInvoice(invoice: NewInvoice): Promise<Invoice>;
  invoice(id: string): Promise<Invoice>;
  /** The invoices that carry our order number: one, or none where the creation never reached the provider. */
  invoicesOfOrder(orderNumber: string): Promise<readonly Invoice[]>;
  /** "paid": it cannot be voided, because it is paid. */
  voidInvoice(id: string, orderNumber: string): Promise<'voided' | 'paid'>;
  readonly webhook: ProviderWebhook;
}

/** Reads the provider's notices at the door. Nothing of a body is parsed before its signature holds. */
export interface ProviderWebhook {
  /** Where it arrives, under PUBLIC_URL. */
  readonly path: string;
  /** The id of the delivered event, the same in each repeat; undefined where the signature does not hold. */
  verify(rawBody: Buffer, headers: IncomingHttpHeaders): { eventId: string } | undefined;
  /** What the body says, or what is wrong with it, without a word of its content. */
  parse(rawBody: Buffer): { notice: PaymentNotice } | { fault: string };
}

export interface Invoice {
  id: string;
  /** Our order number. */
  externalId: string;
  status: 'pending' | 'paid' | 'expired' | 'void';
  amount: Rupiah;
  currency: string;
  /** undefined where there is none that a browser may be sent to. */
  paymentUrl: string | undefined;
  paidAmount: Rupiah | undefined;
  /** The currency of what was paid, which need not be the invoice's. */
  paidCurrency: string | undefined;
  paidAt: Date | undefined;
}

export interface NewInvoice {
  orderNumber: string;
  amount: Rupiah;
  description: string;
  items: readonly { name: string; quantity: bigint; unitPrice: Rupiah; amount: Rupiah }[];
  customer: { organizationId: string; name: string };
  returnUrl: string;
  expiresAt: Date;
}

export type PaymentNoticeType = 'invoice.paid' | 'invoice.expired' | 'invoice.failed';

/** A payment as the provider tells it: by webhook, or when it is asked. */
export interface PaymentNotice {
  type: PaymentNoticeType;
  orderNumber: string;
  invoiceId: string;
  amount: Rupiah;
  currency: string;
  paidAt: Date | null;
  paymentMethod: string | null;
}
