/**
 * Works around graphile-worker 0.18.0: it does not await the statement by which a job is completed or failed, unless these
 * statements are batched. Unbatched, a failure of that statement (the database goes away just then) is a rejection that
 * nobody handles, and ends the process. Batched, the library reports the failure and stops its runner, and worker.ts starts
 * another one; it does not try the statement again (https://github.com/graphile/worker/issues/636). A batch is whatever ends
 * within the same turn of the event loop, so nothing waits for it.
 */
export const BATCHED_ENDS = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };
