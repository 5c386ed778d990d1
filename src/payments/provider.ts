import type { IncomingHttpHeaders } from 'node:http';
import type { Rupiah } from '../kernel/money.ts';

/**
 * The port to a payment provider. An adapter is a folder of clients/ with this shape, and app/neighbours.ts chooses it.
 * All calls throw UpstreamError.
 */
export interface PaymentProvider {
  /** Stored with every order and payment event, so it never changes. */
  readonly name: string;
  /** Idempotent: the same order number always returns the same invoice. */
  createInvoice(invoice: NewInvoice): Promise<Invoice>;
  invoice(id: string): Promise<Invoice>;
  /** Returns the invoices with our order number: one, or none if the creation never reached the provider. */
  invoicesOfOrder(orderNumber: string): Promise<readonly Invoice[]>;
  /** Returns "paid" if the invoice cannot be voided because it is paid. */
  voidInvoice(id: string, orderNumber: string): Promise<'voided' | 'paid'>;
  /**
   * Lists every invoice that changed at `since` or later, by the time of its last change, page by page. One that changes
   * meanwhile comes again. Bounded.
   */
  invoicesSince(since: Date): AsyncIterable<InvoicePage>;
  readonly webhook: ProviderWebhook;
}

export interface InvoicePage {
  invoices: readonly Invoice[];
  /** The invoices whose form cannot be read, with the reason. */
  unreadable: readonly { id: string | undefined; reason: string }[];
}

/** Reads the provider's notices. Parses nothing of a body before its signature is verified. */
export interface ProviderWebhook {
  /** The path under PUBLIC_URL. */
  readonly path: string;
  /** Returns the id of the event, the same for every redelivery; undefined if the signature is not valid. */
  verify(rawBody: Buffer, headers: IncomingHttpHeaders): { eventId: string } | undefined;
  /** Returns the notice, or the fault of the body. The fault quotes nothing of the content. */
  parse(rawBody: Buffer): { notice: PaymentNotice } | { fault: string };
}

export interface Invoice {
  id: string;
  /** Our order number. */
  externalId: string;
  status: 'pending' | 'paid' | 'expired' | 'void';
  amount: Rupiah;
  currency: string;
  /** undefined if the provider sent no URL, or one that a browser must not follow. */
  paymentUrl: string | undefined;
  paidAmount: Rupiah | undefined;
  /** The currency of the payment, which may differ from the invoice's. */
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

/** A payment as the provider reports it, by webhook or in the answer to a poll. */
export interface PaymentNotice {
  type: PaymentNoticeType;
  orderNumber: string;
  invoiceId: string;
  amount: Rupiah;
  currency: string;
  paidAt: Date | null;
  paymentMethod: string | null;
}
