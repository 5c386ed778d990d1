import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { TopupOrder } from '../orders/index.ts';
import { retried } from '../platform/database/transaction.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { inOrderSpan, isTraced, setFacts } from '../platform/telemetry/spans.ts';
import { decidePayment, PAYMENT_EXCEPTIONS, type PaymentNotice, type PaymentOutcome } from './rules/decide-payment.ts';
import { creditByEvent, enterEvent, enterEventOf, reviewByEvent } from './store/enter-event.ts';
import { isExcessPaidTwice } from './store/excess-paid-twice.ts';
import type { PaymentSource } from './store/payment-event.entity.ts';
import { type SettlementFacts, settlementFacts } from './store/settlement-facts.ts';

interface GivenEvent {
  source: PaymentSource;
  eventId: string;
  notice: PaymentNotice;
}

export interface Settlement {
  /** "duplicate": this very event is in the inbox already. */
  outcome: PaymentOutcome | 'duplicate';
  order?: TopupOrder;
  /** The order was given up, another settled the same excess, and then this one was paid too: credited, and somebody is told. */
  excessPaidTwice?: boolean;
}

/** An order is moved a few times in its life: whoever finds it changed again and again is to come again. */
const MAX_READINGS = 10;

/**
 * The one way in which a payment becomes quota: webhook, poll and check all come here. The order is read and decided on; then
 * one statement, and with it one transaction, enters the event, moves the order, credits its lines and enqueues the job, if the
 * order is still what was read. So a crash leaves all or nothing of it; of two at once the second waits for the first one's row
 * lock, finds the order changed, and decides on what the first left; and the ledger's unique key would refuse a second credit
 * even if all this were wrong.
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
    const seen = await settlementFacts(this.database, notice, eventId);
    // Poll and check are in its trace already.
    const traced = source === 'webhook' && isTraced() ? (seen?.order ?? null) : null;
    return inOrderSpan('settle payment', traced, async (span) => {
      const settlement = await this.settleSeen(seen, { source, eventId, notice });
      // fault point: settle, committed and not answered
      setFacts(span, { outcome: settlement.outcome });
      this.report(source, notice, settlement);
      return settlement;
    });
  }

  private async settleSeen(first: SettlementFacts | undefined, event: GivenEvent): Promise<Settlement> {
    let seen = first;
    for (let reading = 1; reading <= MAX_READINGS; reading++) {
      const settlement = await retried(() => this.settleOnce(seen, event));
      if (settlement !== undefined) return settlement;
      seen = await settlementFacts(this.database, event.notice, event.eventId);
    }
    throw new Error(`order ${event.notice.orderNumber} was changed by others each time that it was to be settled`);
  }

  /** undefined: the order is another by now than it was when it was read. */
  private async settleOnce(
    seen: SettlementFacts | undefined,
    { source, eventId, notice }: GivenEvent,
  ): Promise<Settlement | undefined> {
    const { order } = seen ?? {};
    if (seen?.isEntered) return { outcome: 'duplicate', order };
    const outcome = decidePayment(seen?.known, notice, seen?.acted ?? []);
    // fault point: settle, read and decided
    const at = this.clock.now();
    const event = { ...notice, id: newId(), eventId, source, orderId: order?.id ?? null, outcome, receivedAt: at };
    if (seen === undefined) return { outcome: (await enterEvent(this.database, event)) ? outcome : 'duplicate' };
    const cause = { at, cause: `payment: ${source}`, actor: null };
    if (outcome === 'settled') {
      const excessPaidTwice = await isItsExcessPaidTwice(this.database, seen.order);
      const isCredited = await creditByEvent(this.database, seen, event, cause);
      return isCredited ? { outcome, order, excessPaidTwice } : undefined;
    }
    if (outcome === 'review') {
      const isMoved = await reviewByEvent(this.database, seen, event, cause);
      // fault point: review, committed and not answered
      return isMoved ? { outcome, order } : undefined;
    }
    return (await enterEventOf(this.database, seen, event)) ? { outcome, order } : undefined;
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

/** Nobody else can have taken the excess on of an order that was never given up. */
async function isItsExcessPaidTwice(database: DataSource, order: TopupOrder): Promise<boolean> {
  return order.status !== 'PENDING_PAYMENT' && isExcessPaidTwice(database, order);
}
