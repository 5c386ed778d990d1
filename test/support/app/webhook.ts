import type { OrderFragment } from '../../generated/operations.ts';
import type { TestApp } from './app.ts';

type Data = Partial<
  Record<'invoice_id' | 'external_id' | 'amount' | 'paid_amount' | 'currency' | 'paid_at' | 'payment_method', unknown>
>;

/** The body of an event about an order in Mekari Pay's form, with these changes. */
export function invoiceEvent(
  app: Pick<TestApp, 'sandbox'>,
  order: OrderFragment,
  changes: Data = {},
  type = 'invoice.paid',
) {
  const data = {
    invoice_id: app.sandbox.mekariPay.invoice(order.number)?.id ?? 'inv_none',
    external_id: order.number,
    amount: Number(order.total.amount),
    currency: 'IDR',
    paid_at: new Date().toISOString(),
    payment_method: 'va_bni',
    ...changes,
  };
  return { type, timestamp: new Date().toISOString(), data };
}

/** The rows of the inbox about an order number, oldest first. */
export async function inbox({ db }: Pick<TestApp, 'db'>, orderNumber: string): Promise<string[]> {
  const rows = await db.query<{ event: string }>(
    `select source || ' ' || type || ': ' || outcome as event from payment_events where order_number = $1 order by id`,
    [orderNumber],
  );
  return rows.map(({ event }) => event);
}

/** Counters of an organization: {code: balance}. */
export async function balances({ db }: Pick<TestApp, 'db'>, organizationId: string): Promise<Record<string, string>> {
  const rows = await db.query<{ quota_code: string; balance: string }>(
    `select quota_code, balance::text from organization_packages where organization_id = $1 order by quota_code`,
    [organizationId],
  );
  return Object.fromEntries(rows.map((row) => [row.quota_code, row.balance]));
}

/** The error lines about an order, by event and outcome. */
export function alerts({ logs }: Pick<TestApp, 'logs'>, orderNumber: string): string[] {
  return logs
    .filter((line) => Number(line['level']) >= 50 && line['order'] === orderNumber)
    .map((line) => `${line['event']}: ${line['outcome']}`);
}
