import type { DataSource } from 'typeorm';
import type { Config } from '../config.ts';
import { ExcessUsageService, excessQuotaRoute } from '../excess-usage/index.ts';
import { BookPaidPi, bookPaidPiHandler, SendOrderMail, sendOrderMailHandler } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { BalancesLoader, SettledExcessLoader } from '../ledger/index.ts';
import { CancelOrder, ConfirmOrder, CreateOrder, IssueInvoice, OrdersLoaders, QuoteOrder } from '../orders/index.ts';
import { OrganizationsService } from '../organizations/index.ts';
import {
  CheckPayment,
  createWebhookVerifier,
  DELIVERY_OUTCOMES,
  issueInvoiceHandler,
  mekariPayWebhook,
  Reconcile,
  SettlePayment,
  voidInvoiceHandler,
} from '../payments/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { Flags } from '../platform/flags/flags.ts';
import type { JobHandler } from '../platform/jobs/worker.ts';
import { createPageWait } from '../platform/server/page-wait.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';
import { Catalogue, Prices, TopupOptionsService, topupConfigurationsRoute } from '../topup-options/index.ts';
import type { Neighbours } from './neighbours.ts';

interface Parts {
  clock: Clock;
  log: Logger;
  telemetry: Telemetry;
  /** For what callers ask, and for what goes on without one. */
  callers: TenantDatabase;
  database: DataSource;
  flags: Flags;
  neighbours: Neighbours;
}

export type Services = ReturnType<typeof composeServices>;

/** Every service of every feature, given what it needs: along the one-way imports between features. */
export function composeServices(
  config: Config,
  { clock, log, telemetry, callers, database, flags, neighbours }: Parts,
) {
  const pageWait = createPageWait(config.UPSTREAM_TIMEOUT_MS);
  const organizations = new OrganizationsService(neighbours.organizations, flags, pageWait);
  const balances = new BalancesLoader(callers);
  const catalogue = new Catalogue(callers.connections);
  const prices = new Prices(neighbours.packages, pageWait);
  const options = new TopupOptionsService(organizations, flags, catalogue, prices, clock);
  const excess = new ExcessUsageService(organizations, catalogue, prices, new SettledExcessLoader(callers));

  const times = { quoteTtlSeconds: config.QUOTE_TTL_SECONDS, paymentTtlSeconds: config.PAYMENT_TTL_SECONDS };
  const { mekariPay } = neighbours;
  const quotes = new QuoteOrder(callers, organizations, options, excess, clock);
  const invoices = new IssueInvoice(database, mekariPay, clock, log, { returnUrl: config.CHECKOUT_RETURN_URL });
  const createOrder = new CreateOrder(callers, quotes, clock, times);
  const confirmOrder = new ConfirmOrder(callers, quotes, invoices, clock, times);
  const cancelOrder = new CancelOrder(callers, mekariPay, clock);
  const orders = new OrdersLoaders(callers);

  const settlePayment = new SettlePayment(database, clock, log, telemetry.paymentEvent);
  const checkPayment = new CheckPayment(callers, database, mekariPay, invoices, settlePayment, clock);
  const reconcile = new Reconcile(database, mekariPay, checkPayment, clock, log);
  const bookPaidPi = new BookPaidPi(database, neighbours.moderator, clock);
  const orderMail = new SendOrderMail(database, organizations, neighbours.mailer, clock);

  const jobHandlers: JobHandler[] = [
    issueInvoiceHandler(invoices),
    voidInvoiceHandler(database, mekariPay, checkPayment),
    bookPaidPiHandler(bookPaidPi),
    sendOrderMailHandler(orderMail),
  ];
  for (const outcome of DELIVERY_OUTCOMES) telemetry.webhook(outcome, 0);
  const verifyWebhook = createWebhookVerifier(config.MEKARI_PAY_WEBHOOK_SECRET, clock);
  return {
    organizations,
    balances,
    catalogue,
    options,
    excess,
    orders,
    createOrder,
    confirmOrder,
    cancelOrder,
    checkPayment,
    reconcile,
    jobHandlers,
    rawRoutes: [mekariPayWebhook(verifyWebhook, settlePayment, telemetry.webhook)],
    restRoutes: [topupConfigurationsRoute(options), excessQuotaRoute(excess)],
  };
}
