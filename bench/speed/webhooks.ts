import { webhookHeaders } from '../../sandbox/signing/standard-webhooks.ts';
import type { Ground } from '../neighbours/ground.ts';
import type { Request } from './load.ts';
import { TOTAL } from './pending-orders.ts';

export const secretsOf = ({ sandbox }: Ground) => sandbox.environment()['MEKARI_PAY_WEBHOOK_SECRET']?.split(',') ?? [];

/** Each tells that another of the pending orders is paid, signed now: good for five minutes. */
export function webhooks(first: number, count: number, secrets: readonly string[]): Request[] {
  const timestamp = Math.floor(Date.now() / 1000);
  const paid_at = new Date().toISOString();
  return Array.from({ length: count }, (_, index) => {
    const order = first + index;
    const body = JSON.stringify({
      type: 'invoice.paid',
      timestamp: paid_at,
      data: {
        invoice_id: `inv_${order}`,
        external_id: `TU-${order}`,
        amount: TOTAL,
        currency: 'IDR',
        paid_at,
        payment_method: 'va_bni',
      },
    });
    const headers = webhookHeaders({ id: `msg_${order}`, timestamp, body }, secrets);
    return { headers: { 'content-type': 'application/json', ...headers }, body };
  });
}
