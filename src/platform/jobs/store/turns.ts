import type { QueryRunner } from 'typeorm';

/**
 * The order in which jobs run. A job's priority is a number, and the lowest runs first:
 *
 *     kind (PRIORITIES in job.ts) + turn + FAILED, if it failed or an operator retried all
 *
 * The turn counts the organization's jobs of the same kind that waited when this one was enqueued, at most 999. So organizations take
 * turns: the first job of each runs before the second of any, and one with a backlog of thousands delays no other.
 * The SQL function enqueue_jobs() computes it for a new job, from `organizationId` in the payload.
 *
 * A job behind another one has the flag LATER, by which reserved lanes leave it out: an organization takes one reserved
 * slot, however slowly its jobs run, and failed jobs take none.
 */
export const LATER = 'later';

/** More than every kind and turn. */
export const FAILED = 10_000;
/** The numbers of one kind. */
export const TURNS = 1000;

const INDEX = 'self_topup_turns_idx';

/**
 * Creates the index by which enqueue_jobs() counts. It is on a table of the library, so it is created after the library's own
 * migrations, which may have replaced the table. A crash leaves it invalid; the next run creates it again.
 */
export async function indexTurns(session: QueryRunner): Promise<void> {
  const [index] = (await session.query(
    `select indisvalid as "isValid" from pg_index where indexrelid = to_regclass('graphile_worker.${INDEX}')`,
  )) as { isValid: boolean }[];
  if (index?.isValid === true) return;
  await session.query(`drop index concurrently if exists graphile_worker.${INDEX}`);
  await session.query(
    `create index concurrently ${INDEX} on graphile_worker._private_jobs ((payload ->> 'organizationId'), task_id)`,
  );
}
