import { listStuckJobs, retryJobs } from '../platform/jobs/store/stuck-jobs.ts';
import { command, print, runRecorded, UsageError } from './command.ts';

const USAGE = 'Usage: npm run jobs -- list | retry all|ID...';

/** npm run jobs -- list | retry all|ID... */
command(async ([verb, ...ids], database) => {
  if (verb === 'list' && ids.length === 0) {
    const jobs = await listStuckJobs(database);
    for (const job of jobs) {
      const state = job.attempts >= job.maxAttempts ? 'OUT OF ATTEMPTS' : `next ${job.runAt.toISOString()}`;
      print(`${job.id}  ${job.key ?? job.task}  attempts ${job.attempts}/${job.maxAttempts}  ${state}`);
      if (job.lastError !== null) print(`    ${job.lastError.split('\n')[0]}`);
    }
    return print(`${jobs.length} stuck`);
  }
  const all = ids.length === 1 && ids[0] === 'all';
  if (verb !== 'retry' || ids.length === 0 || (!all && !ids.every((id) => /^\d+$/.test(id))))
    throw new UsageError(USAGE);
  const retried = await runRecorded(database, { action: 'jobs retry', subject: ids.join(' ') }, () =>
    retryJobs(database, all ? 'all' : ids),
  );
  print(`${retried} rescheduled`);
});
