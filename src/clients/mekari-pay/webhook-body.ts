import { z } from 'zod';
import { parseInstant } from '../../kernel/instant.ts';
import { parseStrictJson } from '../../kernel/json.ts';
import { isLabel } from '../../kernel/label.ts';
import { MAX_AMOUNT } from '../../kernel/money.ts';

const instant = z.string().transform((text, context) => {
  const parsed = parseInstant(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'is not an instant' });
  return z.NEVER;
});

const label = (maxLength: number) =>
  z.string().refine((text) => isLabel(text, maxLength), { error: `is not 1 to ${maxLength} printable characters` });

/**
 * Accepts a plain whole number only: another parser could read a text, a list, a fraction or an exponent differently.
 */
const rupiah = z.bigint({ error: 'is not whole rupiah' }).max(MAX_AMOUNT, { error: 'is above the maximum amount' });

/** The event of contracts.md 3. Ignores unknown members: the provider may add to its events. */
const event = z
  .object({
    type: z.enum(['invoice.paid', 'invoice.expired', 'invoice.failed']),
    data: z.object({
      invoice_id: label(200),
      external_id: label(200),
      amount: rupiah,
      currency: label(10),
      paid_at: instant.nullish(),
      payment_method: label(200).nullish(),
    }),
  })
  .transform(({ type, data }) => ({
    type,
    orderNumber: data.external_id,
    invoiceId: data.invoice_id,
    amount: data.amount,
    currency: data.currency,
    paidAt: data.paid_at ?? null,
    paymentMethod: data.payment_method ?? null,
  }));

/** Returns the notice in a webhook's body (contracts.md 3), or its fault. The fault quotes nothing of the content. */
export function parseWebhookBody(rawBody: Buffer): { notice: z.output<typeof event> } | { fault: string } {
  const json = parseStrictJson(rawBody);
  if (json === undefined) return { fault: 'it is not JSON, or a member occurs twice' };
  const parsed = event.safeParse(json);
  if (parsed.success) return { notice: parsed.data };
  const [issue] = parsed.error.issues;
  return { fault: `${issue?.path.join('.')} ${issue?.message}` };
}
