import type { RawRoute } from '../platform/server/raw-route.ts';
import type { Settlement, SettlePayment } from './settle-payment.ts';
import { parseWebhookBody } from './webhook-body.ts';
import type { VerifyWebhook } from './webhook-signature.ts';

/** What became of one delivery: as it was settled, or why it was not. What is not stored comes again. */
export type DeliveryOutcome = Settlement['outcome'] | 'bad_signature' | 'malformed' | 'not_stored';

/** All of them, so that each is counted from 0: who watches sees the very first. */
export const DELIVERY_OUTCOMES = Object.keys({
  settled: true,
  review: true,
  repeated: true,
  noted: true,
  unknown_order: true,
  other_invoice: true,
  second_payment: true,
  not_payable: true,
  contradicts_payment: true,
  duplicate: true,
  bad_signature: true,
  malformed: true,
  not_stored: true,
} satisfies Record<DeliveryOutcome, true>);

/**
 * Mekari Pay's webhook: raw bytes → signature → shape → settled and stored → 2xx. Nothing is read before the signature
 * holds. What could not be stored throws, is answered 5xx, and comes again.
 */
export function mekariPayWebhook(
  verify: VerifyWebhook,
  payments: SettlePayment,
  onDelivery: (outcome: DeliveryOutcome) => void,
): RawRoute {
  return {
    path: '/webhooks/mekari-pay',
    maxBytes: 65_536,
    onUnread: () => onDelivery('malformed'),
    async answer(rawBody, headers) {
      if (!verify(rawBody, headers)) {
        onDelivery('bad_signature');
        return { status: 401, error: 'The signature does not hold.' };
      }
      const parsed = parseWebhookBody(rawBody);
      if ('fault' in parsed) {
        onDelivery('malformed');
        return { status: 400, error: `The body is not an invoice event: ${parsed.fault}` };
      }
      try {
        const { outcome } = await payments.settle('webhook', `webhook:${headers['webhook-id']}`, parsed.notice);
        onDelivery(outcome);
        return { status: 200 };
      } catch (error) {
        onDelivery('not_stored');
        throw error;
      }
    },
  };
}
