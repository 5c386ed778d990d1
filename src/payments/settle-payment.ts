import { type DataSource, type EntityManager, In, Not } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { enqueueMail, lockOrder, TopupOrder, transition } from '../orders/index.ts';
import { insertOnce } from '../platform/database/insert-once.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import type { Logger } from '../platform/logger.ts';
import { inOrderSpan, isTraced, setFacts } from '../platform/spans.ts';
import { creditOrder, isExcessPaidTwice } from './credit-order.ts';
import { decidePayment, PAYMENT_EXCEPTIONS, type PaymentNotice, type PaymentOutcome } from './decide-payment.ts';
import { PaymentEvent, type PaymentSource } from './payment-event.entity.ts';

export interface Settlement {
  /** "duplicate": this very event is in the inbox already. */
  outcome: PaymentOutcome | 'duplicate';
  order?: TopupOrder;
  /** The order was given up, another settled the same excess, and then this one was paid too: credited, and somebody is told. */
  excessPaidTwice?: boolean;
}

/**
 * The one way in which a payment becomes quota: webhook, poll and check all come here. In one transaction: the order's row
 * lock, the decision, the inbox row, the transition, the ledger, the jobs. So a crash leaves all or nothing of it; of two at
 * once the second waits for the lock and finds the first one's work; and the ledger's unique key would refuse a second
 * credit even if all this were wrong.
 */
export class SettlePayment {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly onOutcome: (source: PaymentSource, outcome: Settlement['outcome'] | 'excess_paid_twice') => void,
  ) {}

  /** `eventId` is the same for every repeat of one event. Throws where it could not be stored: then it must come again. */
  async settle(source: PaymentSource, eventId: string, notice: PaymentNotice): Promise<Settlement> {
    return inOrderSpan('settle payment', await this.orderToTrace(source, notice), async (span) => {
      const settlement = await inTransaction(this.database, (tx) => this.settleIn(tx, source, eventId, notice));
      // fault point: settle, committed and not answered
      setFacts(span, { outcome: settlement.outcome });
      this.report(source, notice, settlement);
      return settlement;
    });
  }

  /** Poll and check are in its trace already. */
  private orderToTrace(source: PaymentSource, { orderNumber: number }: PaymentNotice): Promise<TopupOrder | null> {
    if (source !== 'webhook' || !isTraced()) return Promise.resolve(null);
    return this.database.getRepository(TopupOrder).findOneBy({ number });
  }

  private async settleIn(
    tx: EntityManager,
    source: PaymentSource,
    eventId: string,
    notice: PaymentNotice,
  ): Promise<Settlement> {
    const order = (await lockOrder(tx, { number: notice.orderNumber })) ?? undefined;
    const outcome = decidePayment(
      order && {
        status: order.status,
        total: order.total,
        invoiceId: order.paymentInvoiceId,
        confirmed: order.confirmedAt !== null,
        invoiceOfAnother: await isInvoiceOfAnother(tx, order, notice.invoiceId),
      },
      notice,
      order === undefined ? [] : await actedPayments(tx, order),
    );
    // fault point: settle, order locked and decided
    const event: PaymentEvent = {
      ...notice,
      id: newId(),
      eventId,
      source,
      orderId: order?.id ?? null,
      outcome,
      receivedAt: this.clock.now(),
    };
    const entered = await insertOnce(tx, PaymentEvent, event, 'payment_events_event_key');
    // fault point: settle, event entered
    if (!entered) return { outcome: 'duplicate', order };
    if (order === undefined) return { outcome };
    if (outcome === 'review') await this.review(tx, order, source, notice);
    if (outcome !== 'settled') return { outcome, order };
    const excessPaidTwice = await isExcessPaidTwice(tx, order);
    await creditOrder(tx, order, notice, this.cause(source));
    return { outcome, order, excessPaidTwice };
  }

  private async review(
    tx: EntityManager,
    order: TopupOrder,
    source: PaymentSource,
    notice: PaymentNotice,
  ): Promise<void> {
    const paymentInvoiceId = order.paymentInvoiceId ?? notice.invoiceId;
    await transition(tx, order, 'PAYMENT_REVIEW', this.cause(source), { paymentInvoiceId });
    await enqueueMail(tx, 'payment_under_review', order);
    // fault point: review, moved and mail enqueued, not committed
  }

  private cause(source: PaymentSource) {
    return { at: this.clock.now(), cause: `payment: ${source}`, actor: null };
  }

  private report(source: PaymentSource, notice: PaymentNotice, settlement: Settlement): void {
    const { outcome, order, excessPaidTwice } = settlement;
    this.onOutcome(source, outcome);
    const line = {
      event: 'payment_event',
      source,
      type: notice.type,
      outcome,
      order: order?.number ?? notice.orderNumber,
      invoice: notice.invoiceId,
      correlationId: order?.correlationId,
    };
    const isException = outcome !== 'duplicate' && PAYMENT_EXCEPTIONS.has(outcome);
    if (isException) this.log.error({ ...line, event: 'payment_exception' });
    else if (outcome === 'review') this.log.error({ ...line, event: 'payment_review' });
    else this.log.info(line);
    if (excessPaidTwice) {
      this.onOutcome(source, 'excess_paid_twice');
      this.log.error({ ...line, event: 'payment_exception', outcome: 'excess_paid_twice' });
    }
  }
}

function isInvoiceOfAnother(tx: EntityManager, order: TopupOrder, paymentInvoiceId: string): Promise<boolean> {
  if (order.paymentInvoiceId === paymentInvoiceId) return Promise.resolve(false);
  return tx.existsBy(TopupOrder, { paymentInvoiceId, id: Not(order.id) });
}

/** Payments that moved the order before. */
function actedPayments(tx: EntityManager, order: TopupOrder): Promise<PaymentEvent[]> {
  return tx.findBy(PaymentEvent, { orderId: order.id, outcome: In(['settled', 'review']) });
}
