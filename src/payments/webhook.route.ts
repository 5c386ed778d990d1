import { z } from 'zod';
import { parseInstant } from '../kernel/instant.ts';
import type { RawRoute } from '../platform/server/raw-route.ts';
import type { PaymentNotice } from './decide-payment.ts';
import type { Settlement, SettlePayment } from './settle-payment.ts';
import type { VerifyWebhook } from './webhook-signature.ts';

const instant = z.string().transform((text, context) => {
  const parsed = parseInstant(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'is not an instant' });
  return z.NEVER;
});
/** Printable: PostgreSQL takes no NUL, and no identifier has a control character. */
const label = z.string().regex(/^\P{Cc}{1,200}$/u, 'is not 1 to 200 printable characters');

/** contracts.md 3. Members that we do not know are let through: the provider may add to its events. */
const body = z
  .object({
    type: z.enum(['invoice.paid', 'invoice.expired', 'invoice.failed']),
    data: z.object({
      invoice_id: label,
      external_id: label,
      amount: z.number().refine((value) => Number.isSafeInteger(value) && value >= 0, { error: 'is not whole rupiah' }),
      currency: label.max(10),
      paid_at: instant.nullish(),
      payment_method: label.nullish(),
    }),
  })
  .transform(
    ({ type, data }): PaymentNotice => ({
      type,
      orderNumber: data.external_id,
      invoiceId: data.invoice_id,
      amount: BigInt(data.amount),
      currency: data.currency,
      paidAt: data.paid_at ?? null,
      paymentMethod: data.payment_method ?? null,
    }),
  );

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
      const parsed = body.safeParse(parseJson(rawBody));
      if (!parsed.success) {
        onDelivery('malformed');
        const [issue] = parsed.error.issues;
        return { status: 400, error: `The body is not an invoice event: ${issue?.path.join('.')} ${issue?.message}` };
      }
      try {
        const { outcome } = await payments.settle('webhook', `webhook:${headers['webhook-id']}`, parsed.data);
        onDelivery(outcome);
        return { status: 200 };
      } catch (error) {
        onDelivery('not_stored');
        throw error;
      }
    },
  };
}

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined;
  }
}
