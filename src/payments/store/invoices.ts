import type { DataSource } from 'typeorm';
import { awaitsPayment, invoiceStored, isGivenUp, TopupOrder } from '../../orders/index.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { raw, sql } from '../../platform/database/sql.ts';
import { retried } from '../../platform/database/transaction.ts';
import { enqueued, type NewJob } from '../../platform/jobs/job.ts';

export interface StoredInvoice {
  provider: string;
  id: string;
  /** null where the invoice cannot be paid. */
  paymentUrl: string | null;
  /** Asks the buyer to pay: enqueued where the order still awaits its payment and there is an address to pay at. */
  mail: NewJob;
  /** Enqueued where the order was given up while its invoice was made: nobody is to pay it. */
  voidJob: NewJob;
}

/** Stores an order's first invoice and enqueues what follows; undefined where the order has one already. */
export async function storeInvoice(
  database: DataSource,
  orderId: string,
  { provider, id, paymentUrl, mail, voidJob }: StoredInvoice,
): Promise<TopupOrder | undefined> {
  const status = raw('status');
  const statement = sql<TopupOrder & { enqueued: unknown }>`
    with stored as (${invoiceStored(orderId, provider, id, paymentUrl)})
    select ${columnsOf(TopupOrder, 'stored')}, case
      when ${awaitsPayment(status)} and payment_url is not null then ${enqueued(mail)}
      when ${isGivenUp(status)} then ${enqueued(voidJob)}
    end as enqueued
    from stored`;
  const [row] = await retried(() => runQuery(database, statement));
  if (row === undefined) return undefined;
  const { enqueued: _, ...order } = row;
  return order;
}
