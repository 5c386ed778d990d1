import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { systemClock } from '../kernel/clock.ts';
import { dropStuckJob, subjectOfJob } from '../operators/index.ts';
import { withRetries } from '../platform/database/transaction.ts';
import { listStuckJobs, retryJobs, type StuckJob } from '../platform/jobs/store/stuck-jobs.ts';
import { printReport, runRecorded, withDatabase } from './command.ts';
import { JSON_OPTION, type JsonOption, newProgram, runProgram, UsageError } from './program.ts';
import { ACTOR_OPTION, REASON_OPTION, type Signature, signature } from './signature.ts';

const program = newProgram('jobs', 'Jobs that failed or that no worker takes.');
program
  .command('list')
  .description('the stuck jobs, oldest first')
  .option(...JSON_OPTION)
  .action((options: JsonOption) => withDatabase((database) => list(database, options)));
program
  .command('retry')
  .description('run stuck jobs now, with all attempts')
  .usage('[options] all|ID...')
  .argument('<ids...>', 'ids of jobs, or all')
  .option(...JSON_OPTION)
  .action((ids: string[], options: JsonOption) => {
    const isAll = ids.length === 1 && ids[0] === 'all';
    if (!isAll) for (const id of ids) jobId(id);
    return withDatabase((database) => retry(database, isAll ? 'all' : ids, options));
  });
program
  .command('drop')
  .description('take a job that can never succeed out of the queue')
  .argument('<id>', 'id of the job', jobId)
  .option(...ACTOR_OPTION)
  .option(...REASON_OPTION)
  .option(...JSON_OPTION)
  .action((id: string, options: JsonOption & Signature) => {
    const by = signature(options);
    return withDatabase((database) => drop(database, id, by, options));
  });

async function list(database: DataSource, options: JsonOption): Promise<void> {
  const jobs = await listStuckJobs(database);
  printReport(options, jobs, [...jobs.flatMap(describe), `${jobs.length} stuck`]);
}

async function retry(database: DataSource, ids: readonly string[] | 'all', options: JsonOption): Promise<void> {
  const subject = ids === 'all' ? ids : ids.join(' ');
  const rescheduled = await runRecorded(database, { action: 'jobs retry', subject }, () =>
    withRetries(() => retryJobs(database, ids)),
  );
  printReport(options, { rescheduled }, [`${rescheduled} rescheduled`]);
}

async function drop(database: DataSource, id: string, by: ReturnType<typeof signature>, options: JsonOption) {
  const subject = await subjectOfJob(database, id);
  const { task, order } = await runRecorded(database, { action: 'jobs drop', subject, ...by }, () =>
    dropStuckJob(database, systemClock, id, by),
  );
  const state = order && { number: order.number, status: order.status };
  const rest = state === undefined ? '' : `; ${state.number} stays ${state.status}`;
  printReport(options, { id, task, order: state ?? null }, [`${id} (${task}) is dropped${rest}`]);
}

function jobId(text: string): string {
  if (/^[1-9]\d{0,17}$/.test(text)) return text;
  throw new UsageError('A job is named by its id, a number such as 12: `npm run jobs -- list` has them.');
}

function describe(job: StuckJob): string[] {
  const state = job.attempts >= job.maxAttempts ? 'OUT OF ATTEMPTS' : `next ${job.runAt.toISOString()}`;
  const line = `${job.id}  ${job.key ?? job.task}  attempts ${job.attempts}/${job.maxAttempts}  ${state}`;
  return job.lastError === null ? [line] : [line, `    ${job.lastError.split('\n')[0]}`];
}

runProgram(program);
