import type { DataSource } from 'typeorm';
import { numberOfOrder, orderWithInvoice } from '../../orders/index.ts';
import { violatesUnique } from '../../platform/database/errors.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { raw, type Sql, sql } from '../../platform/database/sql.ts';

/** An invoice, and an order to which it belongs. */
export interface InvoiceOwner {
  invoiceId: string;
  orderNumber: string;
}

/** Selects the orders except one to which an invoice belongs: by the order's row, or because money came in through it. One may come twice. */
export const otherOwnersOf = (provider: string, invoiceId: Sql, exceptOrderId: Sql): Sql => sql`
  select owner.number as "orderNumber" from (
    ${orderWithInvoice(provider, invoiceId)}
    union all
    select payment.order_id, (${numberOfOrder(raw('payment.order_id'))}) from order_payments payment
    where payment.provider = ${provider} and payment.invoice_id = ${invoiceId}
  ) owner where owner.id <> (${exceptOrderId})`;

/**
 * Returns true if the database refused a statement because another order got the invoice after the owners were read: it is on
 * that order's row, or money came in through it. That order is committed, so a second read finds it.
 */
export const isInvoiceTaken = (error: unknown): boolean =>
  violatesUnique(error, 'topup_orders_payment_invoice_key') || violatesUnique(error, 'order_payments_step_key');

export function findOtherOwners(
  database: DataSource,
  provider: string,
  invoiceIds: readonly string[],
  exceptOrderId: string,
): Promise<InvoiceOwner[]> {
  const owners = otherOwnersOf(provider, raw('invoice.id'), sql`${exceptOrderId}::uuid`);
  return runQuery(
    database,
    sql<InvoiceOwner>`select invoice.id as "invoiceId", owner."orderNumber"
      from unnest(${invoiceIds}::text[]) as invoice (id) cross join lateral (${owners}) as owner`,
  );
}
