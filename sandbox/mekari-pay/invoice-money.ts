import { Refusal } from '../server/reply.ts';
import type { Invoice } from './invoices.ts';

/** One payment. Its amount is whole rupiah, or has at most two decimals in another currency. */
export interface Payment {
  id: string;
  amount: number;
  currency: string;
  paid_at: string;
  method: string;
}

/** Adds in hundredths, so that decimals of a foreign currency stay exact. */
function plus(left: number, right: number): number {
  const areWhole = Number.isInteger(left) && Number.isInteger(right);
  return areWhole ? left + right : Math.round(left * 100 + right * 100) / 100;
}

/** Returns the part of the amount that no payment covers yet; 0 if all came in. */
export function outstanding({ amount, paid_amount }: Invoice): number {
  return Math.max(0, plus(amount, -(paid_amount ?? 0)));
}

/** True once anything came in, also if it was given back. */
export function hasMoney({ status, paid_amount }: Invoice): boolean {
  return status === 'paid' || (paid_amount ?? 0) > 0;
}

/**
 * Adds a payment. Refuses (409) a second currency. The status is `partially_paid` until the sum reaches the amount;
 * `isFinal` makes it `paid` for any sum, as a provider does that accepts a wrong amount.
 */
export function addPayment(invoice: Invoice, payment: Payment, isFinal: boolean): void {
  const { paid_currency: currency } = invoice;
  if (currency !== null && currency !== payment.currency) {
    throw new Refusal(409, 'mixed_currencies', `the invoice was paid in ${currency} before`);
  }
  const sum = plus(invoice.paid_amount ?? 0, payment.amount);
  invoice.payments.push(payment);
  invoice.paid_amount = sum;
  invoice.paid_currency = payment.currency;
  invoice.paid_at = payment.paid_at;
  invoice.payment_method = payment.method;
  invoice.status = isFinal || sum >= invoice.amount ? 'paid' : 'partially_paid';
}

/** Gives money back: all that is left of it by default. The status is `refunded` once nothing is left. */
export function giveBack(invoice: Invoice, amount: number | undefined): void {
  const left = plus(invoice.paid_amount ?? 0, -invoice.refunded_amount);
  if (left <= 0) throw new Refusal(409, 'nothing_to_refund', 'nothing is left of what was paid for the invoice');
  const back = amount ?? left;
  if (back > left || back <= 0) throw new Refusal(422, 'invalid', `the amount must be above 0 and at most ${left}`);
  invoice.refunded_amount = plus(invoice.refunded_amount, back);
  if (invoice.refunded_amount === invoice.paid_amount) invoice.status = 'refunded';
}
