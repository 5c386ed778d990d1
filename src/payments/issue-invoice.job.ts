import { isUpstreamError } from '../clients/upstream-error.ts';
import { type IssueInvoice, issueInvoiceJob } from '../orders/index.ts';
import { handle, type JobHandler } from '../platform/jobs/worker.ts';

/** Sees to the invoice of an order whose confirm did not get to it. Repeats find the invoice and do nothing. */
export function issueInvoiceHandler(invoices: IssueInvoice): JobHandler {
  return handle(issueInvoiceJob, async ({ orderId }) => {
    const issued = await invoices.issue(orderId);
    if (isUpstreamError(issued)) throw issued;
  });
}
