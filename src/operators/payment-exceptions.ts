import type { DataSource, EntityManager } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { isId } from '../kernel/ids.ts';
import { appendEvent, lockOrder } from '../orders/index.ts';
import { PAYMENT_EXCEPTIONS, PaymentEvent } from '../payments/index.ts';
import { insertOnce } from '../platform/database/insert-once.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import type { Gauge } from '../platform/telemetry/telemetry.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';
import { PaymentExceptionClosing } from './store/payment-exception-closing.entity.ts';

/** A payment that somebody must see to: one under review until it is approved or refunded, another until it is closed. */
export interface OpenPayment {
  id: string;
  receivedAt: Date;
  outcome: string;
  orderNumber: string;
  invoiceId: string;
  amount: string;
  currency: string;
  paidAt: Date | null;
  source: string;
}

// Those under review by their open orders, the others by the condition of the index payment_events_exceptions_idx: reviews that
// are over, as many as there ever were, are not looked at.
const OPEN = `
  from (
    select event.* from topup_orders o join payment_events event on event.order_id = o.id
    where o.status = 'PAYMENT_REVIEW' and event.outcome = 'review'
    union all
    select event.* from payment_events event
    left join payment_exception_closings closing on closing.payment_event_id = event.id
    where event.outcome not in ('settled', 'repeated', 'noted', 'review') and closing.payment_event_id is null
  ) as event`;

export function openPayments(database: DataSource): Promise<OpenPayment[]> {
  return database.query(
    `select event.id, event.received_at as "receivedAt", event.outcome, event.order_number as "orderNumber",
            event.invoice_id as "invoiceId", event.amount::text, event.currency, event.paid_at as "paidAt", event.source
     ${OPEN} order by event.received_at`,
  );
}

export function openPaymentsGauge(database: DataSource): Gauge {
  return {
    name: 'payments_open',
    description: 'Payments under review and payment exceptions that nobody has closed, by outcome',
    label: 'outcome',
    async read() {
      const rows: { outcome: string; count: string }[] = await database.query(
        `select event.outcome, count(*) ${OPEN} group by event.outcome`,
      );
      const none = [...PAYMENT_EXCEPTIONS, 'review'].map((outcome) => [outcome, 0] as const);
      return new Map([...none, ...rows.map(({ outcome, count }) => [outcome, Number(count)] as const)]);
    },
  };
}

/** Notes who did what about an exception, here and in the timeline of its order, where it is one of ours. */
export function closePaymentException(
  database: DataSource,
  clock: Clock,
  paymentEventId: string,
  { actor, reason }: Signed,
): Promise<PaymentEvent> {
  return inTransaction(database, async (tx) => {
    const event = isId(paymentEventId) ? await tx.findOneBy(PaymentEvent, { id: paymentEventId }) : null;
    if (event === null) throw new OperatorRefusal(`There is no payment event ${paymentEventId}.`);
    if (event.outcome === 'review') {
      throw new OperatorRefusal(`${event.orderNumber} is under review: approve or refund the order instead.`);
    }
    if (!PAYMENT_EXCEPTIONS.has(event.outcome)) {
      throw new OperatorRefusal(`${paymentEventId} is no exception: it was ${event.outcome}.`);
    }
    const at = clock.now();
    await enterClosing(tx, { paymentEventId, actor, reason, closedAt: at });
    const order = event.orderId === null ? null : await lockOrder(tx, { id: event.orderId });
    if (order !== null) {
      const cause = `operator: payment exception ${event.outcome} closed`;
      await appendEvent(tx, order, order.status, order.status, { at, cause, actor, reason });
    }
    return event;
  });
}

async function enterClosing(tx: EntityManager, closing: PaymentExceptionClosing): Promise<void> {
  if (await insertOnce(tx, PaymentExceptionClosing, closing, 'payment_exception_closings_pkey')) return;
  const { paymentEventId } = closing;
  const before = await tx.findOneByOrFail(PaymentExceptionClosing, { paymentEventId });
  throw new OperatorRefusal(
    `${paymentEventId} was closed by ${before.actor} at ${before.closedAt.toISOString()}: ${before.reason}`,
  );
}
