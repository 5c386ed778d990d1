import type { Pool } from 'pg';

export interface LeaseTerms {
  name: string;
  intervalSeconds: number;
  leaseSeconds: number;
}

/** The row of a periodic task. All times are the database's: the clocks of the replicas need not agree. */
export interface Lease {
  /** Whether the task is due and nobody holds it: then it is the holder's. */
  take(holder: string): Promise<boolean>;
  /** Whether it is still the holder's. */
  renew(holder: string): Promise<boolean>;
  /** No holder is left in the row: a renewal that is still under way comes too late to do anything. */
  giveBack(holder: string): Promise<void>;
  millisecondsUntilDue(): Promise<number>;
}

export function createLease(pool: Pool, { name, intervalSeconds, leaseSeconds }: LeaseTerms): Lease {
  const changed = async (sql: string, values: unknown[]) => ((await pool.query(sql, values)).rowCount ?? 0) > 0;
  return {
    // Of several at once the row's lock lets one through; the others then see its lease and change nothing. Times that
    // cannot be, because the database's clock has stepped back (a failover), count for nothing: the task would wait for it
    // to catch up. Read after the lock (now() is before it), and a second aside for what is rounded.
    take: (holder) =>
      changed(
        `insert into periodic_tasks as task (name, holder, leased_until, started_at)
         values ($1, $2, now() + make_interval(secs => $3), now())
         on conflict (name) do update
         set holder = excluded.holder, leased_until = excluded.leased_until, started_at = excluded.started_at
         where (task.leased_until <= now() or task.leased_until > clock_timestamp() + make_interval(secs => $3 + 1))
           and (task.started_at <= now() - make_interval(secs => $4)
                or task.started_at > clock_timestamp() + interval '1 second')`,
        [name, holder, leaseSeconds, intervalSeconds],
      ),
    renew: (holder) =>
      changed(
        `update periodic_tasks set leased_until = now() + make_interval(secs => $3) where name = $1 and holder = $2`,
        [name, holder, leaseSeconds],
      ),
    async giveBack(holder) {
      await changed(`update periodic_tasks set holder = null, leased_until = now() where name = $1 and holder = $2`, [
        name,
        holder,
      ]);
    },
    async millisecondsUntilDue() {
      const { rows } = await pool.query<{ ms: number }>(
        `select 1000 * extract(epoch from
           greatest(leased_until, started_at + make_interval(secs => $2)) - now())::float8 as ms
         from periodic_tasks where name = $1`,
        [name, intervalSeconds],
      );
      return rows[0]?.ms ?? 0;
    },
  };
}
