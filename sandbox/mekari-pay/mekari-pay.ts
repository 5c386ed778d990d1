import { type HttpNeighbour, type RunningNeighbour, startHttpNeighbour } from '../server/http-neighbour.ts';
import type { Setup } from '../setup.ts';
import { createSignatureCheck } from '../signing/mekari-hmac.ts';
import { actionRoutes, providerRoutes } from './action-routes.ts';
import { type Actions, createActions } from './actions.ts';
import { createDeliveries, type Delivery } from './deliveries.ts';
import type { Format } from './format.ts';
import { invoiceRoutes } from './invoice-routes.ts';
import { createInvoices, type Invoice } from './invoices.ts';
import { payRoutes } from './pay-routes.ts';
import type { Attempt } from './post-webhook.ts';
import { createSettings } from './settings.ts';
import { settingsRoutes } from './settings-page.ts';
import type { RawEvent } from './sign-event.ts';
import type { TermsOptions } from './terms.ts';

export interface MekariPay extends HttpNeighbour, Actions {
  /** Returns invoices in order of creation, optionally of one order number. */
  invoices(externalId?: string): Invoice[];
  /** Finds an invoice by id, or the newest with that external id. */
  invoice(idOrExternalId: string): Invoice | undefined;
  /** True while the interface answers 404 for it. */
  isLost(invoice: Invoice): boolean;
  /** Returns every event with its attempts, oldest first. */
  deliveries(idOrExternalId?: string): Delivery[];
  /** Resolves once a delivery matches. Checks after every attempt. */
  waitForDelivery(predicate: (delivery: Delivery) => boolean, timeoutMs?: number): Promise<Delivery>;
  /** Calls the listener after every attempt of an event. */
  watchDeliveries(listener: (delivery: Delivery) => void): void;
  /** Sends any event once, such as a forged, stale or malformed one. Does not list it among the deliveries. */
  sendRaw(event: RawEvent): Promise<Attempt>;
  /** Sets the webhook address. The next retry of an event in flight uses it. */
  setWebhookUrl(url: string | undefined): void;
  /** Signs every message with all of these from now on. */
  setWebhookSecrets(secrets: readonly string[]): void;
  /** Replaces the conditions for new invoices. */
  setTerms(terms: TermsOptions): void;
  /** Writes amounts and times of every answer and event in this way from now on. */
  setFormat(format: Format): void;
}

export interface MekariPayOptions {
  webhookUrl: string | undefined;
  webhookSecrets: readonly string[];
  webhookRetryDelaysMs: readonly number[];
}

export async function startMekariPay(
  setup: Setup,
  port: number,
  options: MekariPayOptions,
): Promise<RunningNeighbour & { handle: MekariPay }> {
  const { clock, wireClock } = setup;
  let baseUrl = '';
  const settings = createSettings();
  const { terms, format } = settings;
  const invoices = createInvoices(clock, terms, (id) => `${baseUrl}/pay/${id}`);
  const deliveries = createDeliveries({
    clock,
    wireClock,
    secrets: options.webhookSecrets,
    url: options.webhookUrl,
    retryDelaysMs: options.webhookRetryDelaysMs,
  });
  const actions = createActions(clock, invoices, deliveries, format.get);
  const server = await startHttpNeighbour({
    ...setup,
    port,
    api: invoiceRoutes(invoices, clock, format.get),
    authorize: createSignatureCheck(setup.credentials, wireClock),
    pages: [...payRoutes(invoices, actions, deliveries, clock), ...settingsRoutes(invoices, settings)],
    switches: [...actionRoutes(actions), ...providerRoutes(invoices, deliveries, settings)],
  });
  baseUrl = server.handle.url;

  return {
    handle: {
      ...server.handle,
      ...actions,
      invoices: (externalId) =>
        structuredClone(
          invoices.all().filter(({ external_id }) => externalId === undefined || external_id === externalId),
        ),
      invoice: (reference) => {
        const all = invoices.all();
        const found = all.findLast((invoice) => invoice.external_id === reference);
        return structuredClone(found ?? all.find(({ id }) => id === reference));
      },
      isLost: invoices.isLost,
      deliveries: (reference) =>
        structuredClone(
          deliveries
            .all()
            .filter(
              ({ invoiceId, externalId }) => reference === undefined || [invoiceId, externalId].includes(reference),
            ),
        ),
      waitForDelivery: async (predicate, timeoutMs) =>
        structuredClone(await deliveries.arrivals.waitFor(predicate, timeoutMs)),
      watchDeliveries: deliveries.arrivals.watch,
      sendRaw: deliveries.sendRaw,
      setWebhookUrl: deliveries.setUrl,
      setWebhookSecrets: deliveries.setSecrets,
      setTerms: terms.set,
      setFormat: format.set,
    },
    async reset() {
      invoices.clear();
      settings.reset();
      deliveries.clear();
      await server.reset();
    },
    async stop() {
      deliveries.stop();
      await server.stop();
    },
  };
}
