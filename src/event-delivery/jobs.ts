import type { RecurringJob } from '../platform/jobs/recurring.ts';

/** An event that nobody waits for leaves within seconds. */
const INTERVAL_SECONDS = 5;

/** Sends the steps of orders to their subscribers. */
export const deliverEventsJob = (deliver: RecurringJob['run']): RecurringJob => ({
  name: 'deliver_events',
  intervalSeconds: INTERVAL_SECONDS,
  run: deliver,
});
