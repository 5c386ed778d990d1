import type { Clock } from '../clock.ts';
import type { ActionResult, EventOptions } from './action-options.ts';
import type { Deliveries } from './deliveries.ts';
import { type Format, inFormat } from './format.ts';
import type { Invoice } from './invoices.ts';

/** Sends an event about an invoice. `data` extends or replaces the usual members. */
export type Announce = (
  invoice: Invoice,
  type: string,
  data: Record<string, unknown>,
  options: EventOptions,
) => Promise<ActionResult>;

export function createAnnounce(clock: Clock, deliveries: Deliveries, format: () => Format): Announce {
  return async (invoice, type, data, options) => {
    const { id, external_id, amount, currency } = invoice;
    const usual = { invoice_id: id, external_id, amount, currency, paid_at: null, payment_method: null };
    const event = { type, timestamp: clock().toISOString(), data: { ...usual, ...data } };
    const body = JSON.stringify(inFormat(event, { ...format(), ...options.format }));
    const delivery = await deliveries.send(
      { type, invoiceId: id, externalId: external_id, body },
      options.webhook === false,
    );
    return structuredClone({ invoice, delivery, status: delivery.attempts[0]?.status ?? null });
  };
}

/** The sums of an invoice, for an event that names them. */
export function sumsOf({ paid_amount, paid_currency, refunded_amount }: Invoice) {
  return { paid_amount, paid_currency, ...(refunded_amount > 0 && { refunded_amount }) };
}
