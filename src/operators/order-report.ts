import type { DataSource } from 'typeorm';
import { deliveriesOfOrder, type OrderMailDelivery, type UnsentOrderMail, unsentOfOrder } from '../fulfilment/index.ts';
import { entriesOfLines, type QuotaLedgerEntry } from '../ledger/index.ts';
import {
  linesOfOrder,
  orderNumbered,
  type TopupOrder,
  type TopupOrderEvent,
  type TopupOrderLine,
  timelineOf,
} from '../orders/index.ts';
import { eventsOfOrder, moneyOfOrder, type OrderMoney, type PaymentEvent } from '../payments/index.ts';
import { jobsOfOrder, type OrderJob } from './jobs-of-order.ts';
import { noSuchOrder } from './locked-order.ts';

/** Everything that is stored about one order, each list oldest first. */
export interface OrderReport {
  order: TopupOrder;
  lines: readonly TopupOrderLine[];
  timeline: readonly TopupOrderEvent[];
  money: OrderMoney;
  /** Notices about its payments, results of checks, and exceptions. */
  inbox: readonly PaymentEvent[];
  entries: readonly QuotaLedgerEntry[];
  mails: readonly OrderMailDelivery[];
  unsentMails: readonly UnsentOrderMail[];
  jobs: readonly OrderJob[];
}

export async function reportOrder(database: DataSource, orderNumber: string): Promise<OrderReport> {
  const order = await orderNumbered(database, orderNumber);
  if (order === null) throw noSuchOrder(orderNumber);
  const lines = await linesOfOrder(database, order.id);
  return {
    order,
    lines,
    timeline: await timelineOf(database, order.id),
    money: await moneyOfOrder(database, order),
    inbox: await eventsOfOrder(database, order.id),
    entries: await entriesOfLines(
      database,
      lines.map(({ id }) => id),
    ),
    mails: await deliveriesOfOrder(database, order.id),
    unsentMails: await unsentOfOrder(database, order.id),
    jobs: await jobsOfOrder(database.manager, order.id),
  };
}
