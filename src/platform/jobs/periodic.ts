import type { DataSource } from 'typeorm';
import type { Logger } from '../logger.ts';

export interface PeriodicTask {
  name: string;
  intervalSeconds: number;
  run(): Promise<void>;
}

/**
 * Runs a task again and again on whichever replica gets its lock: a PostgreSQL session lock, which goes with its
 * connection, so that a replica that dies is followed by another at the next tick and none has to be the leader.
 */
export function startPeriodic(database: DataSource, task: PeriodicTask, log: Logger): { stop(): Promise<void> } {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;

  async function runAlone(): Promise<void> {
    const session = database.createQueryRunner();
    try {
      await session.connect();
      const [lock] = await session.query(`select pg_try_advisory_lock(hashtextextended($1, 0)) as held`, [task.name]);
      if (lock.held !== true) return;
      try {
        await task.run();
      } finally {
        await session.query(`select pg_advisory_unlock(hashtextextended($1, 0))`, [task.name]);
      }
    } catch (error) {
      log.error({ event: 'periodic_task_failed', task: task.name, reason: (error as Error).message });
    } finally {
      await session.release().catch(() => undefined);
    }
  }

  // The next tick is set when this one is over: a slow run is never overtaken by itself.
  const schedule = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = runAlone().finally(schedule);
    }, task.intervalSeconds * 1000);
  };
  schedule();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
