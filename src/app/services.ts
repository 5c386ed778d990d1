import type { Config } from '../config.ts';
import { DocumentLinks, documentRoute, linkKeys, OrderDocuments } from '../documents/index.ts';
import { excessQuotaRoute } from '../excess-usage/index.ts';
import { DELIVERY_OUTCOMES, ListExceptions, PaymentsLoader, webhookRoute } from '../payments/index.ts';
import { StatementLoaders, statementRoute } from '../statement/index.ts';
import { topupConfigurationsRoute } from '../topup-options/index.ts';
import { composeJobHandlers } from './services/job-handlers.ts';
import { composeOrders } from './services/orders.ts';
import { composePage } from './services/page.ts';
import type { Parts } from './services/parts.ts';
import { composePayments } from './services/payments.ts';

export type Services = ReturnType<typeof composeServices>;

/** Creates the services of all features, with one cache per source and loaders that live for one request. */
export function composeServices(config: Config, parts: Parts) {
  const { clock, telemetry, callers, database, neighbours } = parts;
  const pageServices = composePage(config, parts);
  const paymentServices = composePayments(config, parts);
  const orderServices = composeOrders(config, parts, pageServices, paymentServices.invoices);
  const keys = linkKeys(config.DOCUMENT_LINK_SECRET, config.MEKARI_CLIENT_SECRET);
  // Creates the counters before the first delivery.
  for (const outcome of DELIVERY_OUTCOMES) telemetry.webhook(outcome, 0);
  return {
    ...pageServices,
    ...paymentServices,
    ...orderServices,
    payments: new PaymentsLoader(callers),
    exceptions: new ListExceptions(database),
    statement: new StatementLoaders(callers),
    documentLinks: new DocumentLinks(callers, keys, config.PUBLIC_URL, clock),
    jobHandlers: composeJobHandlers(config, parts, pageServices.organizations, paymentServices),
    rawRoutes: [webhookRoute(neighbours.paymentProvider, paymentServices.settlePayment, telemetry.webhook, parts.log)],
    restRoutes: [topupConfigurationsRoute(pageServices.options), excessQuotaRoute(pageServices.excess)],
    downloadRoutes: [statementRoute(callers, clock)],
    linkRoutes: [documentRoute(new OrderDocuments(callers, clock), keys, clock)],
  };
}
