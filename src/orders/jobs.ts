import type { RecurringJob } from '../platform/jobs/recurring.ts';

/** Drafts are old when they are deleted: an hour more or less does not matter. */
const PRUNE_INTERVAL_SECONDS = 3600;

/** Deletes old drafts that nobody confirmed. */
export const pruneDraftsJob = (prune: RecurringJob['run']): RecurringJob => ({
  name: 'prune_drafts',
  intervalSeconds: PRUNE_INTERVAL_SECONDS,
  run: prune,
});
