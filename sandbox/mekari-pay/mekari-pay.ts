import { type HttpNeighbour, type RunningNeighbour, startHttpNeighbour } from '../server/http-neighbour.ts';
import type { Setup } from '../setup.ts';
import { createSignatureCheck } from '../signing/mekari-hmac.ts';
import { type Actions, createActions } from './actions.ts';
import { createDeliveries, type Delivery, type RawEvent } from './deliveries.ts';
import { actionRoutes, invoiceRoutes } from './invoice-routes.ts';
import { createInvoices, type Invoice } from './invoices.ts';
import { payRoutes } from './pay-routes.ts';
import type { Attempt } from './post-webhook.ts';

export interface MekariPay extends HttpNeighbour, Actions {
  /** In order of creation; those of one order number where it is given. */
  invoices(externalId?: string): Invoice[];
  /** By id, or the newest with that external id. */
  invoice(idOrExternalId: string): Invoice | undefined;
  /** Every event, oldest first, with every attempt. */
  deliveries(idOrExternalId?: string): Delivery[];
  /** Resolves once a delivery is like that; looked at after every attempt. */
  waitForDelivery(predicate: (delivery: Delivery) => boolean, timeoutMs?: number): Promise<Delivery>;
  /** Any event, once: forged, stale, malformed, for an invoice that does not exist. Not among the deliveries. */
  sendRaw(event: RawEvent): Promise<Attempt>;
  /** Where the product listens; an event under way goes there on its next retry. */
  setWebhookUrl(url: string | undefined): void;
  /** Signs with these from now on, all of them in every message. */
  setWebhookSecrets(secrets: readonly string[]): void;
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
  const invoices = createInvoices(clock, (id) => `${baseUrl}/pay/${id}`);
  const deliveries = createDeliveries({
    clock,
    wireClock,
    secrets: options.webhookSecrets,
    url: options.webhookUrl,
    retryDelaysMs: options.webhookRetryDelaysMs,
  });
  const actions = createActions(clock, invoices, deliveries);
  const server = await startHttpNeighbour({
    ...setup,
    port,
    api: invoiceRoutes(invoices, clock),
    authorize: createSignatureCheck(setup.credentials, wireClock),
    pages: payRoutes(invoices, actions, deliveries),
    switches: actionRoutes(actions, invoices, deliveries),
  });
  baseUrl = server.handle.url;

  const newest = (reference: string) =>
    invoices.byExternalId(reference).at(-1) ?? invoices.all().find(({ id }) => id === reference);
  return {
    handle: {
      ...server.handle,
      ...actions,
      invoices: (externalId) =>
        structuredClone(externalId === undefined ? invoices.all() : invoices.byExternalId(externalId)),
      invoice: (reference) => structuredClone(newest(reference)),
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
      sendRaw: deliveries.sendRaw,
      setWebhookUrl: deliveries.setUrl,
      setWebhookSecrets: deliveries.setSecrets,
    },
    async reset() {
      invoices.clear();
      deliveries.clear();
      await server.reset();
    },
    async stop() {
      deliveries.stop();
      await server.stop();
    },
  };
}
