import type { Clock } from '../clock.ts';
import { Refusal } from '../server/reply.ts';
import { flag, integer, listOf, object, optional, text, timestamp, webUrl } from '../shape.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import type { Invoice, Invoices } from './invoices.ts';

/** Options of an action on an invoice, such as a payment. */
export interface ActionOptions {
  /** Whole rupiah. Default: the invoice's amount; for pay-wrong one less. */
  amount?: number | undefined;
  currency?: string | undefined;
  /** RFC 3339. Default: now. */
  paid_at?: string | undefined;
  payment_method?: string | undefined;
  /** False suppresses the webhook, so that polling must find the change. A resend still sends it. */
  webhook?: boolean | undefined;
  /** Pays a paid invoice again, with another event. */
  again?: boolean | undefined;
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

export interface Actions {
  /** Pays a pending invoice. Refuses (409) any other. */
  pay(reference: string, options?: ActionOptions): Promise<ActionResult>;
  /** Pays an invoice of any status except paid, also an expired or void one. */
  payLate(reference: string, options?: ActionOptions): Promise<ActionResult>;
  /** Pays like payLate, with a wrong amount or currency. */
  payWrong(reference: string, options?: ActionOptions): Promise<ActionResult>;
  /** Reports a failed payment attempt. The invoice does not change. */
  fail(reference: string, options?: Pick<ActionOptions, 'webhook'>): Promise<ActionResult>;
  /** Expires a pending invoice. For a paid one it only sends the event, out of order. */
  expire(reference: string, options?: Pick<ActionOptions, 'webhook'>): Promise<ActionResult>;
  /** Sends the invoice's last event again, with the same id. Returns every status. */
  resend(reference: string, options?: ResendOptions): Promise<{ delivery: Delivery; statuses: (number | null)[] }>;
}

export const actionShape = object<ActionOptions>({
  amount: optional(integer(0)),
  currency: optional(text),
  paid_at: optional(timestamp),
  payment_method: optional(text),
  webhook: optional(flag),
  again: optional(flag),
});

export const resendShape = object<ResendOptions>({
  times: optional(integer(1, 10_000)),
  concurrency: optional(integer(1, 1000)),
  urls: optional(listOf(webUrl, 1)),
});

export function createActions(clock: Clock, invoices: Invoices, deliveries: Deliveries): Actions {
  async function announce(invoice: Invoice, type: string, details: object, webhook = true): Promise<ActionResult> {
    const { id, external_id, amount, currency } = invoice;
    const data = { invoice_id: id, external_id, amount, currency, paid_at: null, payment_method: null, ...details };
    const body = JSON.stringify({ type, timestamp: clock().toISOString(), data });
    const delivery = await deliveries.send({ type, invoiceId: id, externalId: external_id, body }, !webhook);
    return structuredClone({ invoice, delivery, status: delivery.attempts[0]?.status ?? null });
  }

  function take(invoice: Invoice, options: ActionOptions): Promise<ActionResult> {
    if (invoice.status === 'paid' && options.again !== true) {
      throw new Refusal(409, 'invoice_paid', 'the invoice is paid already; {"again":true} pays it a second time');
    }
    const payment = {
      amount: options.amount ?? invoice.amount,
      currency: options.currency ?? invoice.currency,
      paid_at: options.paid_at ?? clock().toISOString(),
      payment_method: options.payment_method ?? 'va_bni',
    };
    if (invoice.status !== 'paid') invoices.pay(invoice, payment);
    return announce(invoice, 'invoice.paid', payment, options.webhook);
  }

  return {
    async pay(reference, options = {}) {
      const invoice = invoices.find(reference);
      if (invoice.status === 'expired' || invoice.status === 'void') {
        throw new Refusal(
          409,
          `invoice_${invoice.status}`,
          `the invoice is ${invoice.status}; pay-late pays it all the same`,
        );
      }
      return take(invoice, options);
    },
    payLate: async (reference, options = {}) => take(invoices.find(reference), options),
    async payWrong(reference, options = {}) {
      const invoice = invoices.find(reference);
      const { amount = options.currency === undefined ? invoice.amount - 1 : invoice.amount } = options;
      return take(invoice, { ...options, amount });
    },
    async fail(reference, { webhook } = {}) {
      return announce(invoices.find(reference), 'invoice.failed', {}, webhook);
    },
    async expire(reference, { webhook } = {}) {
      const invoice = invoices.find(reference);
      if (invoice.status === 'pending') invoices.expire(invoice);
      return announce(invoice, 'invoice.expired', {}, webhook);
    },
    async resend(reference, { times = 1, concurrency = 1, urls = [] } = {}) {
      const { id } = invoices.find(reference);
      const delivery = deliveries.all().findLast(({ invoiceId }) => invoiceId === id);
      if (delivery === undefined) throw new Refusal(409, 'no_event', 'the invoice has no event to send again');
      const statuses: (number | null)[] = [];
      let left = times;
      const worker = async () => {
        while (left > 0) {
          left -= 1;
          statuses.push((await deliveries.again(delivery, urls[left % urls.length])).status);
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrency, times) }, worker));
      return { delivery: structuredClone(delivery), statuses };
    },
  };
}
