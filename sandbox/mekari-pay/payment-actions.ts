import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { Refusal } from '../server/reply.ts';
import type { ActionOptions, ActionResult, FeeOptions } from './action-options.ts';
import { type Announce, sumsOf } from './announce.ts';
import { addPayment, outstanding } from './invoice-money.ts';
import type { Invoice, Invoices } from './invoices.ts';

/** The buyer's payments. */
export interface PaymentActions {
  /** Pays an open invoice whole, or the rest of it. Refuses (409) any other. */
  pay(reference: string, options?: ActionOptions): Promise<ActionResult>;
  /** Pays an invoice of any status except paid, also an expired or void one. */
  payLate(reference: string, options?: ActionOptions): Promise<ActionResult>;
  /** Pays like payLate, with a wrong amount or currency. The invoice counts as paid. */
  payWrong(reference: string, options?: ActionOptions): Promise<ActionResult>;
  /** Pays like payLate, with the fee of the channel on top. */
  payFee(reference: string, options?: FeeOptions): Promise<ActionResult>;
  /**
   * Adds a payment to an invoice of any status, also a paid one: half of what is outstanding by default. The event is
   * `invoice.partially_paid` until the sum reaches the amount, and names the sum.
   */
  payPart(reference: string, options?: ActionOptions): Promise<ActionResult>;
  /** Adds a payment of all that is outstanding. Refuses (409) if nothing is. */
  payRest(reference: string, options?: ActionOptions): Promise<ActionResult>;
}

const DEFAULT_FEE = 4000;

export function createPaymentActions(clock: Clock, invoices: Invoices, announce: Announce): PaymentActions {
  function add(invoice: Invoice, amount: number, options: ActionOptions, isFinal: boolean) {
    const payment = {
      id: `pay_${randomUUID().replaceAll('-', '')}`,
      amount,
      currency: options.currency ?? invoice.currency,
      paid_at: options.paid_at ?? clock().toISOString(),
      method: options.payment_method ?? 'va_bni',
    };
    if (options.again !== true) invoices.change(invoice, (open) => addPayment(open, payment, isFinal));
    const { currency, paid_at, method: payment_method } = payment;
    return { currency, paid_at, payment_method };
  }

  /** Pays an invoice for good. The event has no sum of its own: its amount is what came in. */
  async function take(invoice: Invoice, options: ActionOptions): Promise<ActionResult> {
    const isTaken = invoice.status === 'paid' || invoice.status === 'refunded';
    if (isTaken && options.again !== true) {
      throw new Refusal(
        409,
        'invoice_paid',
        'the invoice is paid already; {"again":true} sends an event about it again',
      );
    }
    const amount = options.amount ?? (isTaken ? invoice.amount : outstanding(invoice));
    const details = add(invoice, amount, { ...options, again: isTaken }, true);
    const sum = isTaken ? amount : invoice.paid_amount;
    return announce(invoice, 'invoice.paid', { ...details, amount: sum }, options);
  }

  /** Adds one of several payments. */
  async function takePart(invoice: Invoice, amount: number, options: ActionOptions): Promise<ActionResult> {
    if (amount === 0) throw new Refusal(409, 'invoice_paid', 'nothing is outstanding; name an amount to pay more');
    const { currency: _, ...details } = add(invoice, amount, { ...options, again: false }, false);
    const type = invoice.status === 'paid' ? 'invoice.paid' : 'invoice.partially_paid';
    return announce(invoice, type, { ...details, ...sumsOf(invoice) }, options);
  }

  return {
    async pay(reference, options = {}) {
      const invoice = invoices.find(reference);
      const { status } = invoice;
      if (status === 'expired' || status === 'void') {
        throw new Refusal(409, `invoice_${status}`, `the invoice is ${status}; pay-late pays it all the same`);
      }
      return take(invoice, options);
    },
    payLate: async (reference, options = {}) => take(invoices.find(reference), options),
    async payWrong(reference, options = {}) {
      const invoice = invoices.find(reference);
      const { amount = options.currency === undefined ? invoice.amount - 1 : invoice.amount } = options;
      return take(invoice, { ...options, amount });
    },
    async payFee(reference, { fee = DEFAULT_FEE, ...options } = {}) {
      const invoice = invoices.find(reference);
      return take(invoice, { ...options, amount: (options.amount ?? outstanding(invoice)) + fee });
    },
    async payPart(reference, options = {}) {
      const invoice = invoices.find(reference);
      return takePart(invoice, options.amount ?? Math.ceil(outstanding(invoice) / 2), options);
    },
    async payRest(reference, options = {}) {
      const invoice = invoices.find(reference);
      return takePart(invoice, outstanding(invoice), options);
    },
  };
}
