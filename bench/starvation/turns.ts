import { setTimeout as sleep } from 'node:timers/promises';
import type { Order, Shop } from './shop.ts';
import { shown } from './shop.ts';

const OTHERS = 100;
const INTERVAL_SECONDS = 5;
const LIMIT_SECONDS = 120;

/** The open orders of one buyer, which were never polled, unlike those of the others; the provider does not know their invoices. Past the triggers. */
const FLOOD = `insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total, total,
    quote_expires_at, confirmed_at, payment_expires_at, payment_invoice_id, payment_url, correlation_id, created_at)
  select gen_random_uuid(), 'TU-FLOOD-' || n, '10000', 'PT', 'PENDING_PAYMENT', 1, 0, 1, now(), now(), now() + interval '1 day',
    'inv_flood_' || n, 'https://pay.example/' || n, 'flood', now() - interval '1 hour' from generate_series(1, 1500) as n`;

/** The payments of a hundred organizations are found by the poll alone, beside 1,500 open orders of one buyer. */
export async function lostWebhooks(shop: Shop): Promise<string[][]> {
  const { ground, query } = shop;
  const orders: Order[] = [];
  const selling = await shop.start();
  for (const id of ground.organizations.slice(1, 1 + OTHERS)) {
    const caller = await shop.callerOf(selling, id);
    orders.push(await shop.order(caller, id));
    caller.close();
  }
  await selling.stop();
  await query(`set session_replication_role = replica; ${FLOOD}; set session_replication_role = origin`);
  await query(`update topup_orders set payment_checked_at = now() where id = any($1)`, [orders.map(({ id }) => id)]);
  for (const { number } of orders) await ground.sandbox.mekariPay.pay(number, { webhook: false });
  const replica = await shop.start({ RECONCILE_INTERVAL_SECONDS: String(INTERVAL_SECONDS) });
  const startedAt = performance.now();
  let seconds = 0;
  for (;;) {
    const [row] = await query<{ left: number }>(
      `select count(*)::int as left from topup_orders where id = any($1) and paid_at is null`,
      [orders.map(({ id }) => id)],
    );
    seconds = (performance.now() - startedAt) / 1000;
    if (row?.left === 0) break;
    if (seconds > LIMIT_SECONDS) {
      seconds = Number.POSITIVE_INFINITY;
      break;
    }
    await sleep(50);
  }
  await replica.stop();
  return [
    [
      `seconds until ${OTHERS} lost webhooks were found, polling every ${INTERVAL_SECONDS} s, beside 1,500 open orders`,
      shown(seconds, LIMIT_SECONDS),
    ],
  ];
}
