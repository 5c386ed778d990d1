import type { Invoice, MekariPay } from '../index.ts';

export interface InvoiceAction {
  label: string;
  isOffered(invoice: Invoice, isLost: boolean): boolean;
  run(pay: MekariPay, invoiceId: string): Promise<unknown>;
  /** The past of it, for the notice. */
  done: string;
}

const isOpen = ({ status }: Invoice) => status === 'pending' || status === 'partially_paid';
const isOver = ({ status }: Invoice) => status === 'expired' || status === 'void';

/** The buyer's and the provider's acts on one order's invoice. The pay page has the rest of them. */
export const INVOICE_ACTIONS: Record<string, InvoiceAction> = {
  pay: { label: 'Pay', isOffered: isOpen, run: (pay, id) => pay.pay(id), done: 'was paid' },
  'pay-part': { label: 'Pay half', isOffered: isOpen, run: (pay, id) => pay.payPart(id), done: 'was paid in part' },
  fail: { label: 'Fail', isOffered: isOpen, run: (pay, id) => pay.fail(id), done: 'had a failed attempt' },
  expire: { label: 'Expire', isOffered: isOpen, run: (pay, id) => pay.expire(id), done: 'expired at Mekari Pay' },
  'pay-late': { label: 'Pay late', isOffered: isOver, run: (pay, id) => pay.payLate(id), done: 'was paid late' },
  refund: {
    label: 'Give back',
    isOffered: ({ status }) => status === 'paid',
    run: (pay, id) => pay.refund(id),
    done: 'was given back by Mekari Pay',
  },
  lose: {
    label: 'Lose',
    isOffered: (invoice, isLost) => isOpen(invoice) && !isLost,
    run: (pay, id) => pay.lose(id),
    done: 'is lost: Mekari Pay answers 404',
  },
  restore: {
    label: 'Find again',
    isOffered: (_invoice, isLost) => isLost,
    run: (pay, id) => pay.restore(id),
    done: 'was found again',
  },
};
