import { setTimeout as sleep } from 'node:timers/promises';
import type { Replica } from '../neighbours/replica.ts';
import { type Shop, shown } from './shop.ts';

const JOBS = 100_000;
const LIMIT_SECONDS = 120;
const DRAIN_LIMIT_SECONDS = 300;
const TIMES = 3;

/** Bookings of orders of a thousand organizations, enqueued over an hour and failed since; each order is made past the triggers. */
const ORDERS = `insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total, total,
    quote_expires_at, correlation_id, created_at)
  select gen_random_uuid(), 'TU-OLD-' || n, (20000 + n % 1000)::text, 'PT', 'EXPIRED', 1, 0, 1, now(), 'old', now()
  from generate_series(1, ${JOBS}) as n`;
/** Past add_job(), which takes minutes for so many. */
const ADD = `insert into graphile_worker._private_jobs (task_id, payload, key, run_at, max_attempts, attempts, last_error, created_at)
  select task.id, json_build_object('orderId', o.id, 'organizationId', organization_id, 'correlationId', 'old'), 'book_paid_pi:' || o.id,
    now() + interval '1 day', 1000, 3, 'the neighbour is away',
    now() - interval '1 hour' + interval '1 hour' * row_number() over (order by o.id) / ${JOBS}
  from topup_orders o, graphile_worker._private_tasks task
  where number like 'TU-OLD-%' and task.identifier = 'book_paid_pi'`;

/** After `jobs retry all` of an outage's jobs: new bookings, the drain, and the age that the metrics show. */
export async function backlog(shop: Shop): Promise<string[][]> {
  const { ground, query } = shop;
  await query(`set session_replication_role = replica; ${ORDERS}; set session_replication_role = origin`);
  // Makes the row of the task.
  await query(`select graphile_worker.add_job('book_paid_pi', '{}', job_key := 'first')`);
  await query(`select graphile_worker.remove_job('first')`);
  await query(ADD);
  await query('vacuum analyze graphile_worker._private_jobs');
  await shop.command('jobs', 'retry', 'all');
  const replica = await shop.start();
  const startedAt = performance.now();
  const ages: number[] = [];
  let drained = Number.POSITIVE_INFINITY;
  const watching = (async () => {
    while ((performance.now() - startedAt) / 1000 < DRAIN_LIMIT_SECONDS) {
      const age = await oldestAge(replica);
      ages.push(age ?? 0);
      if (age === undefined || age < 60) {
        drained = (performance.now() - startedAt) / 1000;
        return;
      }
      await sleep(1000);
    }
  })();
  await sleep(1000);
  let slowest = 0;
  for (const id of ground.organizations.slice(50, 50 + TIMES)) {
    const caller = await shop.callerOf(replica, id);
    slowest = Math.max(slowest, await shop.secondsToBook(await shop.order(caller, id), LIMIT_SECONDS));
    caller.close();
    if (!Number.isFinite(slowest)) break;
  }
  await watching;
  await replica.stop();
  const sampled = [0, 0.25, 0.5, 0.75].map((part) => ages[Math.floor(part * ages.length)]?.toFixed(0) ?? '-');
  return [
    [`seconds until another is booked: ${JOBS} retried jobs are due`, shown(slowest, LIMIT_SECONDS)],
    ['seconds until they are drained', shown(drained, DRAIN_LIMIT_SECONDS)],
    [
      'oldest age in the metrics, seconds: at once, after a quarter, half and three quarters of that',
      sampled.join(', '),
    ],
  ];
}

/** undefined if no such job waits. */
async function oldestAge({ url }: Replica): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const [, age] = /^job_oldest_age_seconds\{[^}]*name="book_paid_pi"[^}]*\} (\S+)/m.exec(text) ?? [];
  return age === undefined ? undefined : Number(age);
}
