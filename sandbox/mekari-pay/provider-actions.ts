import type { ActionResult, AnyEvent, EventOptions, RefundOptions, ShortenOptions } from './action-options.ts';
import { type Announce, sumsOf } from './announce.ts';
import { giveBack } from './invoice-money.ts';
import type { Invoice, Invoices } from './invoices.ts';

/** The actions of the provider beside taking payments. A reference is an invoice's id or its external id. */
export interface ProviderActions {
  /** Reports a failed payment attempt. The invoice does not change. */
  fail(reference: string, options?: EventOptions): Promise<ActionResult>;
  /** Expires an open invoice. For any other it only sends the event, out of order. */
  expire(reference: string, options?: EventOptions): Promise<ActionResult>;
  /** Gives money back. Refuses (409) if none is left. */
  refund(reference: string, options?: RefundOptions): Promise<ActionResult>;
  /** Like a refund, at the demand of the buyer's bank. */
  chargeback(reference: string, options?: RefundOptions): Promise<ActionResult>;
  /** Sends an event of any type, also an unknown one. */
  event(reference: string, event: AnyEvent): Promise<ActionResult>;
  /** Voids the invoice at the provider, without an event. Refuses (409) one for which money came in. */
  void(reference: string): Promise<Invoice>;
  /** Answers 404 for the invoice from now on. It can still be paid by these actions. */
  lose(reference: string): Promise<Invoice>;
  restore(reference: string): Promise<Invoice>;
  /** Changes the deadline, without an event. */
  shorten(reference: string, options: ShortenOptions): Promise<Invoice>;
}

export function createProviderActions(invoices: Invoices, announce: Announce): ProviderActions {
  async function giveMoneyBack(type: string, reference: string, { amount, ...options }: RefundOptions) {
    const invoice = invoices.change(invoices.find(reference), (paid) => giveBack(paid, amount));
    return announce(invoice, type, sumsOf(invoice), options);
  }
  return {
    fail: async (reference, options = {}) => announce(invoices.find(reference), 'invoice.failed', {}, options),
    async expire(reference, options = {}) {
      const invoice = invoices.find(reference);
      if (invoice.status === 'pending' || invoice.status === 'partially_paid') {
        invoices.change(invoice, (open) => {
          open.status = 'expired';
        });
      }
      return announce(invoice, 'invoice.expired', {}, options);
    },
    refund: (reference, options = {}) => giveMoneyBack('invoice.refunded', reference, options),
    chargeback: (reference, options = {}) => giveMoneyBack('invoice.chargeback', reference, options),
    async event(reference, { type, data = {}, ...options }) {
      const invoice = invoices.find(reference);
      return announce(invoice, type, data as Record<string, unknown>, options);
    },
    void: async (reference) => structuredClone(invoices.void(invoices.find(reference))),
    async lose(reference) {
      const invoice = invoices.find(reference);
      invoices.lose(invoice);
      return structuredClone(invoice);
    },
    async restore(reference) {
      const invoice = invoices.find(reference);
      invoices.restore(invoice);
      return structuredClone(invoice);
    },
    async shorten(reference, { expires_at }) {
      const invoice = invoices.change(invoices.find(reference), (open) => {
        open.expires_at = expires_at;
      });
      return structuredClone(invoice);
    },
  };
}
