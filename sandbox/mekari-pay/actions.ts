import type { Clock } from '../clock.ts';
import { Refusal } from '../server/reply.ts';
import type { ResendOptions } from './action-options.ts';
import { createAnnounce } from './announce.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import type { Format } from './format.ts';
import type { Invoices } from './invoices.ts';
import { createPaymentActions, type PaymentActions } from './payment-actions.ts';
import { createProviderActions, type ProviderActions } from './provider-actions.ts';

/** All that the buyer and the provider can do. A reference is an invoice's id or its external id. */
export interface Actions extends PaymentActions, ProviderActions {
  /** Sends the invoice's last event again, with the same id. Returns every status. */
  resend(reference: string, options?: ResendOptions): Promise<{ delivery: Delivery; statuses: (number | null)[] }>;
}

export function createActions(clock: Clock, invoices: Invoices, deliveries: Deliveries, format: () => Format): Actions {
  const announce = createAnnounce(clock, deliveries, format);
  return {
    ...createPaymentActions(clock, invoices, announce),
    ...createProviderActions(invoices, announce),
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
