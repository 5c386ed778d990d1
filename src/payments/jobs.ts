import { defineOrderJob } from '../orders/index.ts';
import { handle, type JobHandler } from '../platform/jobs/worker.ts';

/** Gets an order its invoice, where its confirm did not get to it. */
export const issueInvoiceJob = defineOrderJob('issue_invoice');
/** Voids an invoice that was made while its order was cancelled or expired. */
export const voidInvoiceJob = defineOrderJob('void_invoice');

interface PaymentWork {
  issueInvoice(orderId: string): Promise<void>;
  voidInvoice(orderId: string): Promise<void>;
}

/** Both jobs may run again at any time, also beside themselves: then they find nothing to do. */
export const paymentJobs = (work: PaymentWork): JobHandler[] => [
  handle(issueInvoiceJob, ({ orderId }) => work.issueInvoice(orderId)),
  handle(voidInvoiceJob, ({ orderId }) => work.voidInvoice(orderId)),
];
