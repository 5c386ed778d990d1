import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';

/**
 * The longest wait of a migration for a lock. Callers that need the table queue behind the wait, so nobody is held up for a second. It
 * is also shorter than PostgreSQL's deadlock_timeout: in a deadlock the migration gives way, not a caller.
 */
export const LOCK_TIMEOUT = '900ms';
/** The name of the connections in pg_stat_activity. */
export const MIGRATING = 'self-topup migrate';

/** These statements wait for old transactions, for as long as those take, with a lock that no page and no payment needs. */
const CONCURRENTLY = /^\s*(create(\s+unique)?|drop)\s+index\s+concurrently\b/i;
/** A migration must not set a limit of its own. */
export const OWN_LIMIT = /^\s*(re)?set\s+(local\s+)?lock_timeout\b/i;

/** Gives every statement of the session one limit, whatever a migration asks for, and none to an index that is built concurrently. */
export function limitLockWaits(session: QueryRunner): QueryRunner {
  const send = session.query.bind(session);
  session.query = async (text: string, ...rest: unknown[]) => {
    if (OWN_LIMIT.test(text)) return [];
    if (!CONCURRENTLY.test(text)) return send(text, ...(rest as []));
    await send('set lock_timeout = 0');
    return send(text).finally(() => send(`set lock_timeout = '${LOCK_TIMEOUT}'`));
  };
  return session;
}

const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';
const isInTheWay = ({ code }: { code?: string }) => code === LOCK_NOT_AVAILABLE || code === DEADLOCK;

export interface Patience {
  /** The time for all attempts together, in seconds. */
  seconds: number;
  /** Called before each further try, with a sentence that names what is in the way. */
  onWait(words: string): void | Promise<void>;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Runs an idempotent step again and again while a lock is in the way. Between two tries it holds none. */
export async function untilNothingIsInTheWay<T>(
  database: DataSource,
  { seconds, onWait }: Patience,
  step: () => Promise<T>,
): Promise<T> {
  let waited = 0;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const watch = watchBlockers(database);
    try {
      return await step();
    } catch (error) {
      if (!isInTheWay(error as { code?: string })) throw error;
      const blockers = (await watch.end()).join('; ') || 'it ended meanwhile';
      const words = `A lock is in the way of the migration (${blockers}).`;
      if (waited >= seconds * 1000)
        throw new Error(
          `${words} It gave up after ${seconds} seconds, and holds no lock: run it again once that has ended. What was applied before stays applied.`,
          { cause: error },
        );
      await onWait(`${words} It tries again in ${pause / 1000} s.`);
      await sleep(pause);
      waited += pause;
    } finally {
      await watch.end();
    }
  }
}

interface Blocker {
  pid: number;
  application: string;
  seconds: number | null;
  query: string | null;
}

const BLOCKERS = `select distinct on (other.pid) other.pid, other.application_name as application,
    extract(epoch from clock_timestamp() - other.xact_start)::int as seconds, left(other.query, 80) as query
  from pg_stat_activity ours, unnest(pg_blocking_pids(ours.pid)) as blocking (pid) join pg_stat_activity other using (pid)
  where ours.application_name = '${MIGRATING}' and ours.datname = current_database() and ours.wait_event_type = 'Lock'
    and other.application_name <> '${MIGRATING}'
  order by other.pid`;
const WATCH_MS = 200;

/** Notes whom the migration waits for. PostgreSQL shows the query of another login only to its members and to pg_read_all_stats. */
function watchBlockers(database: DataSource) {
  const ending = new AbortController();
  let last: string[] = [];
  const watching = (async () => {
    while (!ending.signal.aborted) {
      const blockers = ((await database.query(BLOCKERS)) as Blocker[]).map(describe);
      if (blockers.length > 0) last = blockers;
      await sleep(WATCH_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })().catch(() => undefined);
  return {
    async end(): Promise<readonly string[]> {
      ending.abort();
      await watching;
      return last;
    },
  };
}

function describe({ pid, application, seconds, query }: Blocker): string {
  const age = seconds === null ? '' : `, in a transaction for ${seconds} s`;
  return `pid ${pid}, ${application || 'without a name'}${age}: ${query?.replace(/\s+/g, ' ') || 'no query'}`;
}
