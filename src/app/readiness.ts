import { askForWrites } from '../platform/database/ask-for-writes.ts';
import type { JobWorker } from '../platform/jobs/worker.ts';
import type { Readiness } from '../platform/server/probe-routes.ts';
import type { Databases } from './databases.ts';
import type { Neighbours } from './neighbours.ts';

/** The state of this replica that its readiness shows. */
export interface Status {
  isStopping: boolean;
  worker: JobWorker | undefined;
}

/** Returns the answer of /readyz: a replica is ready while it can write to the database and is not stopping. */
export async function checkReadiness(
  { callers, background }: Databases,
  { redis }: Neighbours,
  { isStopping, worker }: Status,
): Promise<Readiness> {
  const answers = await Promise.all([callers.connections, background].map(askForWrites));
  const database = answers.find((answer) => answer !== 'up') ?? 'up';
  const checks = {
    database,
    redis: redis === undefined ? 'none' : redis.isUp ? 'up' : 'down',
    // A replica without a worker still serves requests.
    jobs: worker === undefined ? 'off' : worker.isRunning ? 'running' : 'restarting',
    stopping: String(isStopping),
  };
  return { ready: database === 'up' && !isStopping, checks };
}
