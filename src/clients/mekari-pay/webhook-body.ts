import { z } from 'zod';
import { type Amount, parseAmount } from '../../kernel/amount.ts';
import { parseStrictJson } from '../../kernel/json.ts';
import type { Rupiah } from '../../kernel/money.ts';
import { instant, label } from './wire.ts';

/** An event of contracts.md 3, in the shape of the port (payments/provider.ts). */
export interface WebhookNotice {
  type: string;
  /** Empty if an event that tells of no payment does not say. */
  orderNumber: string;
  invoiceId: string;
  paid: Amount | null;
  refunded: Rupiah | null;
  currency: string;
  paidAt: Date | null;
  paymentMethod: string | null;
}

/** Ignores unknown members: the provider may add to its events. */
const event = z.object({ type: label(200), data: z.record(z.string(), z.unknown()) });

/** These tell of money that came in, so nothing in them may be misread. */
const PAID = 'invoice.paid';
const TELLS_OF_PAYMENT: ReadonlySet<string> = new Set([PAID, 'invoice.partially_paid']);

const paymentMembers = z.object({
  invoice_id: label(200),
  external_id: label(200),
  amount: z.unknown().optional(),
  currency: label(10),
  paid_amount: z.unknown().optional(),
  paid_currency: label(10).nullish(),
  refunded_amount: z.unknown().optional(),
  paid_at: instant.nullish(),
  payment_method: label(200).nullish(),
});

/** Members of every other event: those that cannot be read are left out, and the event is stored all the same. */
const otherMembers = z.object({
  invoice_id: label(200).catch(''),
  external_id: label(200).catch(''),
  currency: label(10).catch('IDR'),
  paid_amount: z.unknown().optional(),
  paid_currency: label(10).nullish().catch(null),
  refunded_amount: z.unknown().optional(),
  paid_at: instant.nullish().catch(null),
  payment_method: label(200).nullish().catch(null),
});

/** Returns the notice in a webhook's body (contracts.md 3), or its fault. The fault quotes nothing of the content. */
export function parseWebhookBody(rawBody: Buffer): { notice: WebhookNotice } | { fault: string } {
  const json = parseStrictJson(rawBody);
  if (json === undefined) return { fault: 'it is not JSON, or a member occurs twice' };
  const parsed = event.safeParse(json);
  if (!parsed.success) return faultOf(parsed.error);
  const { type, data } = parsed.data;
  return TELLS_OF_PAYMENT.has(type) ? paymentNotice(type, data) : { notice: otherNotice(type, data) };
}

function paymentNotice(type: string, data: object): { notice: WebhookNotice } | { fault: string } {
  const parsed = paymentMembers.safeParse(data);
  if (!parsed.success) return faultOf(parsed.error, 'data.');
  const { currency, paid_currency, ...members } = parsed.data;
  const asked = parseAmount(members.amount, currency);
  if (asked === undefined) return { fault: 'data.amount is not an amount, or has a fraction of a rupiah' };
  const saysPaid = members.paid_amount !== undefined && members.paid_amount !== null;
  const paidCurrency = paid_currency ?? currency;
  const paid = saysPaid ? parseAmount(members.paid_amount, paidCurrency) : asked;
  if (paid === undefined) return { fault: 'data.paid_amount is not an amount, or has a fraction of a rupiah' };
  // Only invoice.paid means by a missing paid_amount that the invoice's amount came in, and not if that was in another currency.
  const isTold = saysPaid || (type === PAID && paidCurrency === currency);
  const givenBack = members.refunded_amount ?? null;
  const refunded = givenBack === null ? null : parseAmount(givenBack, paidCurrency);
  // A refund that cannot be read must not count as none.
  if (refunded === undefined) return { fault: 'data.refunded_amount is not an amount, or has a fraction of a rupiah' };
  const sums = { paid: isTold ? paid : null, refunded: refunded?.rupiah ?? null };
  return { notice: { ...noticeOf(type, members), ...sums, currency: paidCurrency } };
}

function otherNotice(type: string, data: object): WebhookNotice {
  const { currency, paid_currency, paid_amount, refunded_amount, ...members } = otherMembers.parse(data);
  const paidCurrency = paid_currency ?? currency;
  const paid = parseAmount(paid_amount, paidCurrency) ?? null;
  // Money goes back in the currency in which it came.
  const refunded = parseAmount(refunded_amount, paidCurrency);
  // Without a sum, `currency` is that of the amount that the invoice asks for.
  const namesSum = paid !== null || refunded !== undefined;
  const moneyCurrency = namesSum ? paidCurrency : (paid_currency ?? 'IDR');
  return { ...noticeOf(type, members), paid, refunded: refunded?.rupiah ?? null, currency: moneyCurrency };
}

interface Members {
  invoice_id: string;
  external_id: string;
  paid_at?: Date | null | undefined;
  payment_method?: string | null | undefined;
}

function noticeOf(type: string, { external_id, invoice_id, paid_at, payment_method }: Members) {
  return {
    type,
    orderNumber: external_id,
    invoiceId: invoice_id,
    paidAt: paid_at ?? null,
    paymentMethod: payment_method ?? null,
  };
}

function faultOf({ issues: [issue] }: z.ZodError, place = ''): { fault: string } {
  return { fault: `${place}${issue?.path.join('.')} ${issue?.message}` };
}
