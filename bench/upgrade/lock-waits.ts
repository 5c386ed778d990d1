import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const SAMPLE_MS = 25;
/** Every session that waits for a lock of the migration, other than itself. */
const WAITING = `select waiting.pid, extract(epoch from clock_timestamp() - waiting.query_start) * 1000 as ms
  from pg_stat_activity waiting, unnest(pg_blocking_pids(waiting.pid)) as blocking (pid)
  join pg_stat_activity holder on holder.pid = blocking.pid
  where waiting.wait_event_type = 'Lock' and holder.application_name = 'self-topup migrate'
    and waiting.application_name not in ('self-topup migrate', 'backup')`;

/** Looks 40 times a second for callers and jobs that a migration holds up, and keeps the longest wait, in milliseconds. */
export async function watchLockWaits(url: string): Promise<{ longest(): number; stop(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  // A run that failed stops the server first.
  client.on('error', () => undefined);
  await client.connect();
  let longest = 0;
  let isStopping = false;
  const watching = (async () => {
    while (!isStopping) {
      const { rows } = await client.query<{ ms: string }>(WAITING);
      longest = Math.max(longest, ...rows.map(({ ms }) => Number(ms)));
      await sleep(SAMPLE_MS);
    }
  })();
  return {
    longest: () => longest,
    async stop() {
      isStopping = true;
      await watching;
      await client.end();
    },
  };
}
