import type { RawRoute } from '../platform/server/raw-route.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import type { PaymentProvider } from './provider.ts';
import { NOTICE_OUTCOMES } from './rules/payment-outcomes.ts';
import type { SettlePayment } from './settle-payment.ts';

/**
 * Every outcome of a delivery: that of the settlement, or the reason why there was none. The provider redelivers unless
 * the answer is 2xx.
 */
export const DELIVERY_OUTCOMES = [...NOTICE_OUTCOMES, 'duplicate', 'bad_signature', 'malformed', 'not_stored'] as const;
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

/**
 * A provider's webhook: verifies the signature of the raw bytes, parses, settles, commits, then answers 2xx. Parses
 * nothing before the signature is verified. A failed commit is answered 5xx, and the provider redelivers. The log names the field of
 * a signed body that cannot be parsed: only the provider sees our answer.
 */
export function webhookRoute(
  provider: PaymentProvider,
  payments: SettlePayment,
  onDelivery: (outcome: DeliveryOutcome) => void,
  log: Logger,
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
        return { status: 401, error: 'The signature is not valid.' };
      }
      const parsed = webhook.parse(rawBody);
      if ('fault' in parsed) {
        onDelivery('malformed');
        log.warn({ event: 'webhook_malformed', reason: parsed.fault });
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
