import {
  anyText,
  anything,
  decimal,
  flag,
  integer,
  listOf,
  object,
  optional,
  text,
  timestamp,
  webUrl,
} from '../shape.ts';
import type { Delivery } from './deliveries.ts';
import { type Format, formatShape } from './format.ts';
import type { Invoice } from './invoices.ts';

/** Options of every action that sends an event. */
export interface EventOptions {
  /** False suppresses the webhook, so that polling must find the change. A resend still sends it. */
  webhook?: boolean | undefined;
  /** Writes this event's values in another way than the switch says. */
  format?: Format | undefined;
}

/** Options of a payment. */
export interface ActionOptions extends EventOptions {
  /** Rupiah, or another currency with at most two decimals. Default: the invoice's amount; for pay-wrong one less. */
  amount?: number | undefined;
  currency?: string | undefined;
  /** RFC 3339. Default: now. */
  paid_at?: string | undefined;
  payment_method?: string | undefined;
  /** Sends another event for a paid invoice. The invoice does not change. */
  again?: boolean | undefined;
}

/** Options of a payment with a channel fee on top. */
export interface FeeOptions extends ActionOptions {
  /** Rupiah. Default: 4000. */
  fee?: number | undefined;
}

/** Options of a refund or a chargeback. */
export interface RefundOptions extends EventOptions {
  /** Default: all that was not given back yet. */
  amount?: number | undefined;
}

/** An event of any type. It changes nothing on the invoice. */
export interface AnyEvent extends EventOptions {
  type: string;
  /** Replaces or adds members of the data; null deletes one. */
  data?: unknown;
}

export interface ShortenOptions {
  /** Any text, because providers send such: a time in the past, or one without an offset. */
  expires_at: string;
}

export interface ResendOptions {
  /** The number of sends. Default: 1. */
  times?: number | undefined;
  /** The number of concurrent sends. Default: 1. */
  concurrency?: number | undefined;
  /** Alternates between these, as a load balancer does between replicas. Default: the webhook URL. */
  urls?: string[] | undefined;
}

export interface ActionResult {
  invoice: Invoice;
  delivery: Delivery;
  /** The product's answer to the first attempt; null if it was suppressed or nobody answered. */
  status: number | null;
}

const eventFields = { webhook: optional(flag), format: optional(formatShape) };
const paymentFields = {
  ...eventFields,
  amount: optional(decimal(0)),
  currency: optional(text),
  paid_at: optional(timestamp),
  payment_method: optional(text),
  again: optional(flag),
};

export const eventShape = object<EventOptions>(eventFields);
export const actionShape = object<ActionOptions>(paymentFields);
export const feeShape = object<FeeOptions>({ ...paymentFields, fee: optional(integer(1)) });
export const refundShape = object<RefundOptions>({ ...eventFields, amount: optional(decimal(0)) });
export const anyEventShape = object<AnyEvent>({ ...eventFields, type: text, data: optional(anything) });
export const shortenShape = object<ShortenOptions>({ expires_at: anyText });

export const resendShape = object<ResendOptions>({
  times: optional(integer(1, 10_000)),
  concurrency: optional(integer(1, 1000)),
  urls: optional(listOf(webUrl, 1)),
});
