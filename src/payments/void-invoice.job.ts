import type { DataSource } from 'typeorm';
import type { MekariPay } from '../clients/mekari-pay/invoices.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import { orderById, voidInvoiceJob, voidInvoices } from '../orders/index.ts';
import { handle, type JobHandler } from '../platform/jobs/worker.ts';
import type { CheckPayment } from './check-payment.ts';

/** Voids an invoice that was made while its order was cancelled or expired; one that is paid already is settled. */
export function voidInvoiceHandler(database: DataSource, pay: MekariPay, payments: CheckPayment): JobHandler {
  return handle(voidInvoiceJob, async ({ orderId }) => {
    const order = await orderById(database, orderId);
    if (order.status !== 'CANCELLED' && order.status !== 'EXPIRED') return;
    if ((await voidInvoices(pay, order)) === 'voided') return;
    const checked = await payments.check('poll', order);
    if (isUpstreamError(checked)) throw checked;
  });
}
