import type { IncomingHttpHeaders } from 'node:http';
import type { Amount } from '../kernel/amount.ts';
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
  /** Returns every invoice that was ever made with our order number; none if no creation reached the provider. */
  invoicesOfOrder(orderNumber: string): Promise<readonly Invoice[]>;
  /** Returns "paid" if the invoice cannot be voided because something was paid. */
  voidInvoice(id: string, orderNumber: string): Promise<'voided' | 'paid'>;
  /**
   * Lists every invoice that changed at `since` or later, by the time of its last change, page by page. One that changes
   * meanwhile comes again. Bounded.
   */
  invoicesSince(since: Date): AsyncIterable<InvoicePage>;
  readonly webhook: ProviderWebhook;
}

export interface InvoicePage {
  invoices: readonly ListedInvoice[];
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

export type InvoiceStatus = 'pending' | 'partially_paid' | 'paid' | 'expired' | 'void' | 'refunded';

export interface Invoice {
  id: string;
  /** Our order number; undefined if the provider does not repeat it. */
  externalId: string | undefined;
  status: InvoiceStatus;
  /** The amount that it asks for; what came in is `paid`. undefined if the provider does not repeat it. */
  amount: Amount | undefined;
  /** undefined if the provider sent no URL, or one that a browser must not follow. */
  paymentUrl: string | undefined;
  /** The sum that came in so far, which a refund does not lower; null if nothing came in. */
  paid: Amount | null;
  refunded: Rupiah;
  /** The time of the latest payment; undefined if the provider gives none. */
  paidAt: Date | 'unreadable' | undefined;
  paymentMethod: string | null;
  /** The deadline; undefined if the provider gives none. */
  expiresAt: Date | 'unreadable' | undefined;
}

export interface ListedInvoice extends Invoice {
  externalId: string;
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

/** The types of notices that the rules know. A provider may send others, which are stored and lead to a check at most. */
export const PAID_NOTICE = 'invoice.paid';
export const PAYMENT_NOTICES: ReadonlySet<string> = new Set([PAID_NOTICE, 'invoice.partially_paid']);
export const REFUND_NOTICES: ReadonlySet<string> = new Set(['invoice.refunded', 'invoice.chargeback']);
export const UNPAID_NOTICES: ReadonlySet<string> = new Set(['invoice.expired', 'invoice.failed']);

/** A provider's notice. Only the provider's answer when it is asked is taken for more than an exact payment. */
export interface PaymentNotice {
  type: string;
  /** Empty if a notice that tells of no payment does not say. */
  orderNumber: string;
  invoiceId: string;
  /** The sum that came in for the invoice so far; null if the notice does not say. */
  paid: Amount | null;
  /** The sum that was given back so far; null if the notice does not say. */
  refunded: Rupiah | null;
  /** The currency of the money that it tells of, whether it names the sum or not; IDR if it tells of none. */
  currency: string;
  paidAt: Date | null;
  paymentMethod: string | null;
}
