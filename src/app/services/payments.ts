import type { Config } from '../../config.ts';
import type { ReconcileParts } from '../../operators/index.ts';
import {
  CheckPayment,
  EndByProvider,
  IssueInvoice,
  outcomeReporter,
  Reconcile,
  ReportOthers,
  ReviewUnreadable,
  SettlePayment,
  SettleReceived,
  settleListed,
  VoidInvoice,
} from '../../payments/index.ts';
import type { Parts } from './parts.ts';

export type PaymentServices = ReturnType<typeof composePayments>;

/** Creates the services that make invoices, settle payments and end orders, by webhook, check, poll and reconciliation. */
export function composePayments(config: Config, { clock, log, telemetry, callers, database, neighbours }: Parts) {
  const { paymentProvider } = neighbours;
  const report = outcomeReporter(log, telemetry.paymentEvent);
  const others = new ReportOthers(database, clock, report);
  const invoices = new IssueInvoice(database, paymentProvider, others, clock, log, {
    returnUrl: config.CHECKOUT_RETURN_URL,
  });
  const settlePayment = new SettlePayment(database, clock, report);
  const received = new SettleReceived(database, clock, report);
  const unreadable = new ReviewUnreadable(database, clock, report);
  const ends = new EndByProvider(database, clock, log, unreadable);
  const checkPayment = new CheckPayment(
    callers,
    database,
    paymentProvider,
    invoices,
    received,
    unreadable,
    ends,
    others,
    clock,
  );
  const reconciliation: ReconcileParts = {
    database,
    provider: paymentProvider,
    moderator: neighbours.moderator,
    settle: (order) => checkPayment.checkNow(order),
    enterException: (invoice) => settleListed(settlePayment, paymentProvider.name, invoice),
  };
  return {
    invoices,
    settlePayment,
    checkPayment,
    reconcile: new Reconcile(database, paymentProvider, checkPayment, clock, log, report),
    voidInvoice: new VoidInvoice(database, paymentProvider, checkPayment),
    reconciliation,
  };
}
