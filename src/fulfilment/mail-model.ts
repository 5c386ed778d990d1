import type { DataSource } from 'typeorm';
import { approvalOfOrder, endOfOrder, linesOfOrder, orderPage, orderTaxes, type TopupOrder } from '../orders/index.ts';
import type { MailMoney } from './mail-money.ts';
import type { OrderMailModel } from './templates/index.ts';

/** The part of a mail that is the same for each of its recipients. */
export type OrderFactsOfMail = Omit<OrderMailModel, 'organizationName' | 'recipientName'>;

/** Reads the facts that the mails about an order name, as they are now. */
export async function factsOfMail(
  database: DataSource,
  order: TopupOrder,
  money: MailMoney,
  { now, returnUrl }: { now: Date; returnUrl: string },
): Promise<OrderFactsOfMail> {
  const { number, total, paymentUrl, paymentExpiresAt, paidAt, paidInvoiceNumber } = order;
  const reviewReason = order.reviewReason ?? 'UNDERPAID';
  const lines = await linesOfOrder(database, order.id);
  const isInTime = paymentExpiresAt === null || paymentExpiresAt > now;
  return {
    orderNumber: number,
    total,
    orderUrl: orderPage(returnUrl, order.id),
    lines,
    taxes: orderTaxes(lines),
    paymentUrl,
    paymentExpiresAt,
    paidAt,
    paidInvoiceNumber,
    money,
    reviewReason,
    isRestPayable: reviewReason === 'UNDERPAID' && money.outstanding > 0n && isInTime,
    endCause: await endOfOrder(database, order.id),
    approval: await approvalOfOrder(database, order),
  };
}
