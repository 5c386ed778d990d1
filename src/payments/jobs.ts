import { defineOrderJob } from '../orders/index.ts';
import { type JobHandler, PRIORITIES } from '../platform/jobs/job.ts';
import type { RecurringJob } from '../platform/jobs/recurring.ts';

/** Gets an order its invoice, if the confirm did not. */
export const issueInvoiceJob = defineOrderJob('issue_invoice', PRIORITIES.invoice);
/** Asks the provider about an order after a notice that does not settle the order. */
export const checkPaymentJob = defineOrderJob('check_payment', PRIORITIES.invoice);
/** Voids an invoice that was created while its order was cancelled or expired. */
export const voidInvoiceJob = defineOrderJob('void_invoice', PRIORITIES.invoice);

interface PaymentWork {
  issueInvoice(orderId: string): Promise<void>;
  voidInvoice(orderId: string): Promise<void>;
  checkPayment(orderId: string): Promise<void>;
}

/** All jobs are idempotent, also when two runs overlap. */
export const paymentJobs = (work: PaymentWork): JobHandler[] => [
  issueInvoiceJob.handle(({ orderId }) => work.issueInvoice(orderId)),
  voidInvoiceJob.handle(({ orderId }) => work.voidInvoice(orderId)),
  checkPaymentJob.handle(({ orderId }) => work.checkPayment(orderId)),
];

/** Expires what ran out, and asks the provider about orders whose webhook may be lost. Intervals are in seconds. */
export const reconcileJob = (reconcile: RecurringJob['run'], intervalSeconds: number): RecurringJob => ({
  name: 'reconcile',
  intervalSeconds,
  run: reconcile,
});
