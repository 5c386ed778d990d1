import { money } from '../../platform/graphql/money.type.ts';
import { cursorOf, pageInfo } from '../../platform/graphql/page.ts';
import { eventKind, isCallersStep } from '../rules/event-kind.ts';
import { AWAITS_PAYMENT, reviewReasonOf } from '../rules/order-state.ts';
import type { PageArgs } from '../rules/page.ts';
import { payableOf } from '../rules/payable.ts';
import type { OrderPage } from '../store/order-page.ts';
import type { TopupOrder as OrderRow } from '../store/topup-order.entity.ts';
import type { TopupOrderEvent as EventRow } from '../store/topup-order-event.entity.ts';
import type { TopupOrderLine as LineRow } from '../store/topup-order-line.entity.ts';
import type { TopupOrder, TopupOrderConnection, TopupOrderLine } from './order.type.ts';
import type { TopupActor, TopupOrderEvent } from './order-event.type.ts';

export function toTopupOrder(row: OrderRow): TopupOrder {
  return {
    id: row.id,
    number: row.number,
    organization: { id: row.organizationId },
    purchaseOrderNumber: row.purchaseOrderNumber,
    status: row.status,
    topupTotal: money(row.topupTotal),
    excessTotal: money(row.excessTotal),
    taxTotal: money(row.includedTax + row.addedTax),
    total: money(row.total),
    withholding: row.withholding,
    withheldTotal: money(row.withheldTotal),
    payable: money(payableOf(row)),
    reviewReason: reviewReasonOf(row),
    quoteExpiresAt: row.quoteExpiresAt,
    // A late payment is credited, but the graph does not invite one. The rest of a part payment it does.
    paymentUrl: AWAITS_PAYMENT.has(row.status) || reviewReasonOf(row) === 'UNDERPAID' ? row.paymentUrl : null,
    paymentExpiresAt: row.paymentExpiresAt,
    approvalState: row.approvalState,
    changedAt: row.changedAt,
    createdAt: row.createdAt,
    confirmedAt: row.confirmedAt,
    paidAt: row.paidAt,
    completedAt: row.completedAt,
    paidInvoiceNumber: row.paidInvoiceNumber,
  };
}

export function toTopupOrderLine(row: LineRow): TopupOrderLine {
  const {
    id,
    kind,
    quotaCode,
    label,
    labelTranslations,
    quantity,
    credits,
    unitPrice,
    amount,
    includedTax,
    addedTax,
    withheld,
    periodStart,
    periodEnd,
  } = row;
  return {
    id,
    kind,
    quotaCode,
    label,
    labelTranslations,
    quantity,
    credits,
    periodStart,
    periodEnd,
    unitPrice: money(unitPrice),
    amount: money(amount),
    taxBase: money(amount - includedTax),
    tax: money(includedTax + addedTax),
    withheld: money(withheld),
  };
}

export function toTopupOrderEvent(row: EventRow): TopupOrderEvent {
  const { at, from, to, cause } = row;
  return { at, from, to, cause, kind: eventKind(row), actor: toActor(row) };
}

/** Returns null for a step of an operator or of the system. */
export function toActor({ cause, actor: subject, actorName: name }: EventRow): TopupActor | null {
  return subject !== null && isCallersStep({ cause }) ? { subject, name } : null;
}

export function toConnection(
  organizationId: string,
  args: PageArgs,
  { orders, hasNextPage }: OrderPage,
): TopupOrderConnection {
  const edges = orders.map((order) => ({ cursor: cursorOf(order), node: toTopupOrder(order) }));
  return {
    edges,
    pageInfo: pageInfo(edges, args.after, hasNextPage),
    countArgs: { organizationId, filter: args.filter },
  };
}
