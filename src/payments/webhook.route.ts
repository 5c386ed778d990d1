import type { RawRoute } from '../platform/server/raw-route.ts';
import type { PaymentProvider } from './provider.ts';
import { PAYMENT_OUTCOMES } from './rules/decide-payment.ts';
import type { SettlePayment } from './settle-payment.ts';

/** Every end of a delivery: as it was settled, or why it was not. A provider sends again what is not answered 2xx. */
export const DELIVERY_OUTCOMES = [
  ...PAYMENT_OUTCOMES,
  'duplicate',
  'bad_signature',
  'malformed',
  'not_stored',
] as const;
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

/**
 * A provider's webhook: raw bytes → signature → shape → settled and stored → 2xx. Nothing is parsed before the signature
 * holds. A delivery that could not be stored throws, is answered 5xx, and comes again.
 */
export function webhookRoute(
  provider: PaymentProvider,
  payments: SettlePayment,
  onDelivery: (outcome: DeliveryOutcome) => void,
): RawRoute {
  const { webhook, name } = provider;
  return {
    path: webhook.path,
    maxBytes: 65_536,
    onUnread: () => onDelivery('malformed'),
    async answer(rawBody, headers) {
      const verified = webhook.verify(rawBody, headers);
      if (verified === undefined) {
        onDelivery('bad_signature');
        return { status: 401, error: 'The signature does not hold.' };
      }
      const parsed = webhook.parse(rawBody);
      if ('fault' in parsed) {
        onDelivery('malformed');
        return { status: 400, error: `The body is not an invoice event: ${parsed.fault}` };
      }
      const eventId = `webhook:${verified.eventId}`;
      try {
        const report = { provider: name, source: 'webhook', eventId, notice: parsed.notice } as const;
        onDelivery((await payments.settle(report)).outcome);
        return { status: 200 };
      } catch (error) {
        onDelivery('not_stored');
        throw error;
      }
    },
  };
}
