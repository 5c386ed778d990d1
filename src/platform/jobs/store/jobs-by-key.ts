import type { EntityManager } from 'typeorm';

export interface QueuedJob {
  id: string;
  key: string;
  task: string;
  attempts: number;
  maxAttempts: number;
  lastError: string | null;
  runAt: Date;
  running: boolean;
}

/** Jobs whose key ends with `suffix`, oldest first. It reads the whole queue, which is small. */
export function jobsWithKeyEnding(database: Pick<EntityManager, 'query'>, suffix: string): Promise<QueuedJob[]> {
  return database.query(
    `select id::text, key, task_identifier as task, attempts, max_attempts as "maxAttempts", last_error as "lastError",
            run_at as "runAt", locked_at is not null as running
     from graphile_worker.jobs where right(key, length($1)) = $1 order by id`,
    [suffix],
  );
}
