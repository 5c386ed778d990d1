import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../kernel/clock.ts';
import type { Neighbour } from '../http.ts';
import { listInvoices } from './invoice-list.ts';
import { createInvoices, type PaymentUrls } from './invoices.ts';
import { parseWebhookBody } from './webhook-body.ts';
import { createWebhookVerifier } from './webhook-signature.ts';

export { createPaymentUrlCheck, hostOf } from './payment-url.ts';

interface MekariPayOptions {
  neighbour: Neighbour;
  urls: PaymentUrls;
  webhookSecrets: readonly string[];
  clock: Clock;
}

/** Adapts Mekari Pay to the port of a payment provider (payments/provider.ts). */
export function createMekariPay({ neighbour, urls, webhookSecrets, clock }: MekariPayOptions) {
  const isSigned = createWebhookVerifier(webhookSecrets, clock);
  return {
    name: 'mekari-pay',
    ...createInvoices(neighbour, urls),
    /** Their payment URLs are not checked: nobody is sent there. */
    invoicesSince: (since: Date) => listInvoices(neighbour, since),
    webhook: {
      path: '/webhooks/mekari-pay',
      verify: (rawBody: Buffer, headers: IncomingHttpHeaders) =>
        isSigned(rawBody, headers) ? { eventId: String(headers['webhook-id']) } : undefined,
      parse: parseWebhookBody,
    },
  };
}
