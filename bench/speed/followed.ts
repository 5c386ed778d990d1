import { setTimeout as sleep } from 'node:timers/promises';
import { MEASURED_CORE } from '../neighbours/cores.ts';
import type { Ground } from '../neighbours/ground.ts';
import { startReplica } from '../neighbours/replica.ts';
import type { Load } from './load.ts';
import { FIRST_ORDER } from './pending-orders.ts';
import type { Extent } from './reading.ts';
import { NO_END_OF_MUTATIONS } from './servers.ts';
import { openDatabase, settleByUs } from './ways.ts';
import { secretsOf } from './webhooks.ts';

/** Orders that were paid in one rush, with all that follows a payment. */
export interface Followed {
  orders: number;
  /** Webhooks answered per second while the first orders are booked and told of already. */
  settledPerSecond: number;
  p99: number;
  /** From the first webhook until the last order was booked and its e-mails were sent, seconds. */
  untilDone: number;
}

const POLL_MS = 100;
/** For how many orders a second of load stands here. */
const ORDERS_A_SECOND = 300;

/** Moderator and mail answer: jobs run beside the webhooks, and go on after the last. */
export async function measureFollowed(
  ground: Ground,
  load: Load,
  env: Record<string, string>,
  { seconds, connections }: Extent,
): Promise<Followed> {
  const place = await openDatabase(ground);
  const settings = { MUTATIONS_PER_MINUTE: NO_END_OF_MUTATIONS, ...env, DATABASE_URL: place.url };
  const server = await startReplica(ground, settings, MEASURED_CORE);
  const settle = settleByUs({ ...place, load, server, connections }, secretsOf(ground));
  const orders = Math.round(seconds * ORDERS_A_SECOND);
  await settle(connections);
  const { perSecond, p99 } = await settle(orders);
  const look = async () => {
    const [row]: { left: number; seconds: number }[] = await place.database.query(
      `select (count(*) filter (where status = 'PAID')
               + (select count(*) from graphile_worker.jobs where task_identifier = 'send_order_mail'))::int as left,
              extract(epoch from clock_timestamp() - min(paid_at))::float as seconds
       from topup_orders where number ~ '^TU-77\\d{6}$' and number >= $1`,
      [`TU-${FIRST_ORDER + connections}`],
    );
    return row ?? { left: 0, seconds: Number.NaN };
  };
  let found = await look();
  while (found.left > 0) {
    await sleep(POLL_MS);
    found = await look();
  }
  await server.stop();
  return { orders, settledPerSecond: perSecond, p99, untilDone: found.seconds };
}
