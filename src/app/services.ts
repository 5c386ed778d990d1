import type { DataSource } from 'typeorm';
import type { Config } from '../config.ts';
import { DocumentLinks, documentRoute, linkKeys, OrderDocuments } from '../documents/index.ts';
import { excessQuotaRoute, ListExcess, PriceOwed } from '../excess-usage/index.ts';
import { approvalMailJob, BookPaidPi, bookingJobs, mailJob, mailJobs, SendOrderMail } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { BalancesLoader, SettledExcessLoader } from '../ledger/index.ts';
import { type ReconcileParts, runReconciliationHandler } from '../operators/index.ts';
import {
  CancelOrder,
  ClaimsLoader,
  ConfirmOrder,
  CreateOrder,
  DecideApproval,
  FollowOrder,
  type IdentifyOrder,
  OrdersLoaders,
  PendingOrdersLoader,
  PruneDrafts,
  QuoteOrder,
  randomIdentity,
  SettlementsLoader,
  SubmitOrder,
  WaitForOrder,
} from '../orders/index.ts';
import { OrganizationsService } from '../organizations/index.ts';
import {
  CheckPayment,
  DELIVERY_OUTCOMES,
  EndByProvider,
  hasPaymentEvent,
  IssueInvoice,
  ListExceptions,
  mailMoneyOf,
  outcomeReporter,
  PaymentsLoader,
  paymentJobs,
  Reconcile,
  ReportOthers,
  type ReportOutcome,
  ReviewUnreadable,
  SettlePayment,
  SettleReceived,
  settleListed,
  VoidInvoice,
  webhookRoute,
} from '../payments/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { Flags } from '../platform/flags/flags.ts';
import type { JobHandler } from '../platform/jobs/job.ts';
import { createPageWait } from '../platform/server/page-wait.ts';
import { createLogLimit } from '../platform/telemetry/log-limit.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';
import { StatementLoaders, statementRoute } from '../statement/index.ts';
import {
  Catalogue,
  EvaluateOptions,
  ListOptions,
  Prices,
  readConfigurations,
  SelectOrderable,
  topupConfigurationsRoute,
} from '../topup-options/index.ts';
import type { Neighbours } from './neighbours.ts';
import { composeWatch } from './watch.ts';

interface Parts {
  clock: Clock;
  log: Logger;
  telemetry: Telemetry;
  /** `callers` serves requests; `database` serves webhook and jobs. */
  callers: TenantDatabase;
  database: DataSource;
  /** The connection string of the background's login, for the connection that listens. */
  backgroundUrl: string;
  flags: Flags;
  neighbours: Neighbours;
  identifyOrder?: IdentifyOrder | undefined;
}

/** The handlers by what they wait for; app/background.ts gives each its lanes. */
export type JobHandlers = Readonly<Record<'payments' | 'bookings' | 'mails', readonly JobHandler[]>>;

export type Services = ReturnType<typeof composeServices>;

/** Creates the services of all features, in the order of the one-way imports between them. */
export function composeServices(config: Config, parts: Parts) {
  const { clock, log, telemetry, callers, database, neighbours } = parts;
  const reading = composeReading(config, parts);
  const { organizations } = reading;
  const terms = {
    quoteTtlSeconds: config.QUOTE_TTL_SECONDS,
    approvalTtlSeconds: config.APPROVAL_TTL_SECONDS,
    paymentTtlSeconds: config.PAYMENT_TTL_SECONDS,
    maxOrdersAwaitingPayment: config.MAX_ORDERS_AWAITING_PAYMENT,
    maxLiveDrafts: config.MAX_LIVE_DRAFTS,
    identify: parts.identifyOrder ?? randomIdentity,
  };
  const { paymentProvider } = neighbours;
  const quotes = new QuoteOrder(callers, organizations, reading.orderable, reading.owed, clock);
  const report = outcomeReporter(log, telemetry.paymentEvent);
  const others = new ReportOthers(database, clock, report);
  const returnUrl = config.CHECKOUT_RETURN_URL;
  const invoices = new IssueInvoice(database, paymentProvider, others, clock, log, { returnUrl });
  const createOrder = new CreateOrder(callers, quotes, clock, terms);
  const confirmOrder = new ConfirmOrder(callers, quotes, invoices, clock, terms);
  const cancelOrder = new CancelOrder(callers, invoices, clock, (order) => mailJob('order_cancelled', order));
  const submitOrder = new SubmitOrder(callers, organizations, clock, terms, approvalMailJob);
  const decideApproval = new DecideApproval(callers, clock, approvalMailJob);
  const orders = new OrdersLoaders(callers);
  const pendingOrders = new PendingOrdersLoader(callers, clock);
  const { watch, listener } = composeWatch(config, parts);
  const payments = new PaymentsLoader(callers);
  const statement = new StatementLoaders(callers);
  const keys = linkKeys(config.DOCUMENT_LINK_SECRET, config.MEKARI_CLIENT_SECRET);

  const settling = composeSettling(parts, { invoices, others, report });
  const { checkPayment, settlePayment, voidInvoice, reconciliation } = settling;
  const pruneDrafts = new PruneDrafts(database, hasPaymentEvent, clock, log);
  const bookPaidPi = new BookPaidPi(database, neighbours.moderator, clock);
  const orderMail = new SendOrderMail(
    database,
    organizations,
    neighbours.mailer,
    (order) => mailMoneyOf(database, order),
    clock,
    log,
    returnUrl,
  );

  const jobHandlers: JobHandlers = {
    payments: [
      runReconciliationHandler(reconciliation, telemetry.reconciliationFindings),
      ...paymentJobs({
        issueInvoice: (id) => invoices.issueForOrder(id),
        voidInvoice: (id) => voidInvoice.voidForOrder(id),
        checkPayment: (id) => checkPayment.checkForNotice(id),
      }),
    ],
    bookings: bookingJobs({ bookPaidPi: (orderId) => bookPaidPi.book(orderId) }),
    mails: mailJobs({ sendOrderMail: (mail, stopping) => orderMail.send(mail, stopping) }),
  };
  // Creates the counters before the first delivery.
  for (const outcome of DELIVERY_OUTCOMES) telemetry.webhook(outcome, 0);
  return {
    ...reading,
    orders,
    pendingOrders,
    settlements: new SettlementsLoader(callers, orders, reading.balances),
    waits: new WaitForOrder(orders, watch),
    follow: new FollowOrder(orders, watch),
    watch,
    listener,
    payments,
    exceptions: new ListExceptions(database),
    statement,
    documentLinks: new DocumentLinks(callers, keys, config.PUBLIC_URL, clock),
    createOrder,
    confirmOrder,
    cancelOrder,
    submitOrder,
    decideApproval,
    checkPayment,
    reconcile: settling.reconcile,
    reconciliation,
    pruneDrafts,
    jobHandlers,
    rawRoutes: [webhookRoute(paymentProvider, settlePayment, telemetry.webhook)],
    restRoutes: [topupConfigurationsRoute(reading.options), excessQuotaRoute(reading.excess)],
    downloadRoutes: [statementRoute(callers, clock)],
    linkRoutes: [documentRoute(new OrderDocuments(callers, clock), keys, clock)],
  };
}

/** The services that settle payments and end orders, whoever brings the notice. */
function composeSettling(
  { clock, log, callers, database, neighbours }: Parts,
  { invoices, others, report }: { invoices: IssueInvoice; others: ReportOthers; report: ReportOutcome },
) {
  const { paymentProvider } = neighbours;
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
  const reconcile = new Reconcile(database, paymentProvider, checkPayment, clock, log, report);
  const voidInvoice = new VoidInvoice(database, paymentProvider, checkPayment);
  const reconciliation: ReconcileParts = {
    database,
    provider: paymentProvider,
    moderator: neighbours.moderator,
    settle: (order) => checkPayment.checkNow(order),
    enterException: (invoice) => settleListed(settlePayment, paymentProvider.name, invoice),
  };
  return { settlePayment, checkPayment, reconcile, voidInvoice, reconciliation };
}

/** The services of the page, with one cache per source and loaders that live for one request. */
function composeReading(config: Config, { clock, log, callers, flags, neighbours }: Parts) {
  const pageWait = createPageWait(config.UPSTREAM_TIMEOUT_MS);
  const organizations = new OrganizationsService(neighbours.organizations, flags, pageWait);
  const balances = new BalancesLoader(callers);
  const once = createLogLimit(clock);
  const catalogue = new Catalogue({
    read: () => readConfigurations(callers.connections),
    clock,
    onFault: (configurationId, reason) =>
      once(`${configurationId} ${reason}`, () =>
        log.error({ event: 'configuration_invalid', configurationId, reason }),
      ),
  });
  const prices = new Prices(neighbours.packages, pageWait);
  const evaluation = new EvaluateOptions(flags, prices);
  const options = new ListOptions(organizations, catalogue, evaluation, clock);
  const orderable = new SelectOrderable(organizations, catalogue, evaluation);
  const owed = new PriceOwed(prices, new SettledExcessLoader(callers));
  const excess = new ListExcess(organizations, catalogue, owed, new ClaimsLoader(callers, clock));
  return { organizations, balances, catalogue, options, orderable, owed, excess };
}
