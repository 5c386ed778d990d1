import type { DataSource } from 'typeorm';
import { awaitsPayment, invoiceUpdate, isGivenUp, TopupOrder } from '../../orders/index.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { violatesUnique } from '../../platform/database/errors.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { raw, sql } from '../../platform/database/sql.ts';
import { withRetries } from '../../platform/database/transaction.ts';
import { enqueued, type NewJob } from '../../platform/jobs/job.ts';

export interface StoredInvoice {
  provider: string;
  id: string;
  /** The provider's earlier deadline, which becomes the order's; null without one. */
  deadline: Date | null;
  /** null if the invoice cannot be paid. */
  paymentUrl: string | null;
  /** Asks the buyer to pay. Enqueued if the order still awaits its payment and has a payment link. */
  mail: NewJob;
  /** Enqueued if the order was given up while its invoice was created, so that nobody pays it. */
  voidJob: NewJob;
}

/**
 * Stores an order's first invoice and enqueues the job that follows. Returns undefined if the order already has one, and
 * "of_another" if another order has this one.
 */
export async function storeInvoice(
  database: DataSource,
  orderId: string,
  { provider, id, deadline, paymentUrl, mail, voidJob }: StoredInvoice,
): Promise<TopupOrder | 'of_another' | undefined> {
  const status = raw('status');
  const statement = sql<TopupOrder & { enqueued: unknown }>`
    with updated_order as (${invoiceUpdate(orderId, { provider, id, deadline, paymentUrl })})
    select ${columnsOf(TopupOrder, 'updated_order')}, case
      when ${awaitsPayment(status)} and payment_url is not null then ${enqueued(mail)}
      when ${isGivenUp(status)} then ${enqueued(voidJob)}
    end as enqueued
    from updated_order`;
  const rows = await withRetries(() => runQuery(database, statement)).catch((error) => {
    if (!violatesUnique(error, 'topup_orders_payment_invoice_key')) throw error;
    return 'of_another' as const;
  });
  if (rows === 'of_another') return rows;
  if (rows[0] === undefined) return undefined;
  const { enqueued: _, ...order } = rows[0];
  return order;
}
