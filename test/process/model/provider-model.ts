/** The provider's invoice as a pure model: what it keeps, and the event that each action sends. Whole rupiah or dollars are numbers. */
export type Currency = 'IDR' | 'USD';

export interface Invoice {
  status: 'pending' | 'partially_paid' | 'paid' | 'void' | 'expired' | 'refunded';
  asked: number;
  /** The sum of the payments, which a refund does not lower. */
  paid: number;
  /** null until something is paid. One invoice takes one currency. */
  currency: Currency | null;
  refunded: number;
}

/** An event as its webhook says it. `paid` and `refunded` are sums so far; null if the event does not name them. */
export interface Event {
  type: 'paid' | 'partially_paid' | 'refunded' | 'chargeback' | 'expired' | 'failed';
  paid: number | null;
  currency: Currency;
  refunded: number | null;
}

export interface Happening {
  invoice: Invoice;
  event: Event;
}

export const newInvoice = (asked: number): Invoice => ({
  status: 'pending',
  asked,
  paid: 0,
  currency: null,
  refunded: 0,
});

export const isOpen = ({ status }: Invoice) => status === 'pending' || status === 'partially_paid';
/** The provider accepted a payment as final, or gave it back: another one is an event alone. */
export const isTaken = ({ status }: Invoice) => status === 'paid' || status === 'refunded';
export const takes = (invoice: Invoice, currency: Currency) => (invoice.currency ?? currency) === currency;
export const outstanding = ({ asked, paid }: Invoice) => Math.max(0, asked - paid);
export const left = ({ paid, refunded }: Invoice) => paid - refunded;

/** Accepts any sum as final. The event names no paid amount: its amount is what came in. */
export function pay(invoice: Invoice, amount: number, currency: Currency): Happening {
  const event = { type: 'paid', currency, refunded: null } as const;
  if (isTaken(invoice)) return { invoice, event: { ...event, paid: amount } };
  const paid = invoice.paid + amount;
  return { invoice: { ...invoice, status: 'paid', paid, currency }, event: { ...event, paid } };
}

/** Takes one of several payments in rupiah: the invoice is paid once their sum reaches what it asks for. */
export function payPart(before: Invoice, amount: number): Happening {
  const paid = before.paid + amount;
  const status = paid >= before.asked ? 'paid' : 'partially_paid';
  const invoice: Invoice = { ...before, status, paid, currency: 'IDR' };
  return { invoice, event: { type: status, ...sumsOf(invoice) } };
}

export function giveBack(before: Invoice, amount: number, type: 'refunded' | 'chargeback'): Happening {
  const refunded = before.refunded + amount;
  const status = refunded === before.paid ? 'refunded' : before.status;
  const invoice: Invoice = { ...before, status, refunded };
  return { invoice, event: { type, ...sumsOf(invoice) } };
}

/** Tells that time is over, or that an attempt to pay failed, out of order too. */
export function tell(invoice: Invoice, type: 'expired' | 'failed'): Happening {
  const isOver = type === 'expired' && isOpen(invoice);
  return {
    invoice: isOver ? { ...invoice, status: 'expired' } : invoice,
    event: { type, paid: null, currency: 'IDR', refunded: null },
  };
}

const sumsOf = ({ paid, currency, refunded }: Invoice) => ({
  paid,
  currency: currency ?? 'IDR',
  refunded: refunded > 0 ? refunded : null,
});
