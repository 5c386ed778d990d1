import type { DataSource } from 'typeorm';
import { numberOfOrder, ordersWithInvoices } from '../../orders/index.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { type Query, raw, type Sql, sql } from '../../platform/database/sql.ts';

/** An invoice, and an order to which it belongs. */
export interface InvoiceOwner {
  invoiceId: string;
  orderNumber: string;
}

/** Selects the orders except one to which invoices belong: by the order's row, or because money came in through them. */
export const otherOwnersOf = (
  provider: string,
  invoiceIds: readonly string[],
  exceptOrderId: Sql,
): Query<InvoiceOwner> => sql<InvoiceOwner>`
  select owner.invoice_id as "invoiceId", owner.number as "orderNumber" from (
    ${ordersWithInvoices(provider, invoiceIds)}
    union
    select payment.order_id, (${numberOfOrder(raw('payment.order_id'))}), payment.invoice_id from order_payments payment
    where payment.provider = ${provider} and payment.invoice_id = any(${invoiceIds})
  ) owner where owner.id <> (${exceptOrderId})`;

export function findOtherOwners(
  database: DataSource,
  provider: string,
  invoiceIds: readonly string[],
  exceptOrderId: string,
): Promise<InvoiceOwner[]> {
  return runQuery(database, otherOwnersOf(provider, invoiceIds, sql`${exceptOrderId}::uuid`));
}
