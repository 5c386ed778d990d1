import type { TopupOrder } from '../orders/index.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { PAYMENT_EXCEPTIONS, type PaymentOutcome } from './rules/payment-outcomes.ts';
import type { PaymentSource } from './store/payment-event.entity.ts';

interface ReportedOutcome {
  source: PaymentSource;
  type: string;
  outcome: PaymentOutcome | 'duplicate';
  /** As the provider sent it. */
  orderNumber: string;
  invoiceId: string;
  /** undefined if we have no such order. */
  order?: TopupOrder | undefined;
  excessPaidTwice?: boolean | undefined;
}

export type ReportOutcome = (reported: ReportedOutcome) => void;

/** Counts and logs outcomes. An exception and a review are logged as errors, on which alerts are built. */
export function outcomeReporter(
  log: Logger,
  onOutcome: (source: PaymentSource, outcome: string) => void,
): ReportOutcome {
  return ({ source, type, outcome, order, orderNumber, invoiceId: invoice, excessPaidTwice }) => {
    onOutcome(source, outcome);
    const about = { order: order?.number ?? orderNumber, invoice, correlationId: order?.correlationId };
    const line = { event: 'payment_event', source, type, outcome, ...about };
    const isException = outcome !== 'duplicate' && PAYMENT_EXCEPTIONS.has(outcome);
    if (isException) log.error({ ...line, event: 'payment_exception' });
    else if (outcome === 'review') log.error({ ...line, event: 'payment_review' });
    else log.info(line);
    if (excessPaidTwice) {
      onOutcome(source, 'excess_paid_twice');
      log.error({ ...line, event: 'payment_exception', outcome: 'excess_paid_twice' });
    }
  };
}
