import type { DataSource } from 'typeorm';
import { type LineKind, TopupOrder } from '../../orders/index.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { send } from '../../platform/database/send.ts';
import { call, statement } from '../../platform/database/statement.ts';
import type { KnownOrder, KnownPayment, PaymentNotice } from '../rules/decide-payment.ts';
import type { CreditedLine } from './credit-order.ts';

/** All that a payment's settlement is decided on, as it was when it was read: nothing is locked. */
export interface SettlementFacts {
  order: TopupOrder;
  /** What the decision knows of it. */
  known: KnownOrder;
  /** The payments that moved it before. */
  acted: readonly KnownPayment[];
  lines: readonly CreditedLine[];
  /** This very event is in the inbox already. */
  isEntered: boolean;
}

interface Row extends TopupOrder {
  invoiceOfAnother: boolean;
  isEntered: boolean;
  /** JSON knows no bigint and no time: milliseconds since 1970. */
  acted: readonly { invoiceId: string; amount: string; currency: string; paidAt: number | null }[];
  lines: readonly {
    id: string;
    kind: LineKind;
    quotaCode: string;
    quotaType: CreditedLine['quotaType'];
    quantity: string;
    credits: string;
    excessPeriod: string | null;
    periodEnd: string | null;
  }[];
}

const FACTS = statement<Row>(
  `select ${columnsOf(TopupOrder, 'o')},
     o.payment_invoice_id is distinct from $2 and exists (
       select from topup_orders other where other.payment_invoice_id = $2 and other.id <> o.id
     ) as "invoiceOfAnother",
     exists (select from payment_events where event_id = $3) as "isEntered",
     (select coalesce(json_agg(json_build_object(
        'invoiceId', e.invoice_id, 'amount', e.amount::text, 'currency', e.currency, 
        'paidAt', extract(epoch from e.paid_at) * 1000)), '[]')
      from payment_events e where e.order_id = o.id and e.outcome in ('settled', 'review')) as acted,
     (select coalesce(json_agg(json_build_object(
        'id', l.id, 'kind', l.kind, 'quotaCode', l.quota_code, 'quotaType', l.quota_type, 'quantity', l.quantity::text,
        'credits', l.credits::text, 'excessPeriod', l.excess_period, 'periodEnd', l.period_end)), '[]')
      from topup_order_lines l where l.order_id = o.id) as lines
   from topup_orders o where o.number = $1`,
);

export async function settlementFacts(
  database: DataSource,
  { orderNumber, invoiceId }: PaymentNotice,
  eventId: string,
): Promise<SettlementFacts | undefined> {
  const [row] = await send(database, call(FACTS, orderNumber, invoiceId, eventId));
  if (row === undefined) return undefined;
  const { invoiceOfAnother, isEntered, acted, lines, ...order } = row;
  return {
    order,
    known: {
      status: order.status,
      total: order.total,
      invoiceId: order.paymentInvoiceId,
      confirmed: order.confirmedAt !== null,
      invoiceOfAnother,
    },
    acted: acted.map((payment) => ({
      ...payment,
      amount: BigInt(payment.amount),
      paidAt: payment.paidAt === null ? null : new Date(payment.paidAt),
    })),
    lines: lines.map((line) => ({ ...line, quantity: BigInt(line.quantity), credits: BigInt(line.credits) })),
    isEntered,
  };
}
