import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { systemClock } from '../kernel/clock.ts';
import { dropStuckJob, OperatorRefusal, signed, subjectOfJob } from '../operators/index.ts';
import { listStuckJobs, retryJobs, type StuckJob } from '../platform/jobs/store/stuck-jobs.ts';
import { command, print, runRecorded, UsageError } from './command.ts';

const USAGE = `Usage: npm run jobs -- list
       npm run jobs -- retry all|ID...
       npm run jobs -- drop ID --actor NAME --reason TEXT`;

const NO_JOB = `A job is named by its id, a number such as 12: \`npm run jobs -- list\` has them.\n${USAGE}`;

const isJobId = (text: string) => /^[1-9]\d{0,17}$/.test(text);

/** npm run jobs: lists stuck jobs, runs them again, or takes one out of the queue. See USAGE. */
command(USAGE, async ([verb, ...args], database) => {
  if (verb === 'list' && args.length === 0) {
    const jobs = await listStuckJobs(database);
    for (const line of jobs.flatMap(describe)) print(line);
    return print(`${jobs.length} stuck`);
  }
  if (verb === 'drop') {
    const { id, by } = parseDrop(args);
    const subject = await subjectOfJob(database, id);
    const { task, order } = await runRecorded(database, { action: 'jobs drop', subject, ...by }, () =>
      dropStuckJob(database, systemClock, id, by),
    );
    return print(`${id} (${task}) is dropped${order === undefined ? '' : `; ${order.number} stays ${order.status}`}`);
  }
  const all = args.length === 1 && args[0] === 'all';
  if (verb !== 'retry') throw new UsageError(USAGE);
  if (args.length === 0 || (!all && !args.every(isJobId))) throw new UsageError(NO_JOB);
  const retried = await runRecorded(database, { action: 'jobs retry', subject: args.join(' ') }, () =>
    retryJobs(database, all ? 'all' : args),
  );
  print(`${retried} rescheduled`);
});

function describe(job: StuckJob): string[] {
  const state = job.attempts >= job.maxAttempts ? 'OUT OF ATTEMPTS' : `next ${job.runAt.toISOString()}`;
  const line = `${job.id}  ${job.key ?? job.task}  attempts ${job.attempts}/${job.maxAttempts}  ${state}`;
  return job.lastError === null ? [line] : [line, `    ${job.lastError.split('\n')[0]}`];
}

function parseDrop(args: readonly string[]) {
  try {
    const options = { actor: { type: 'string' }, reason: { type: 'string' } } as const;
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [id = '', ...more] = positionals;
    if (!isJobId(id) || more.length > 0) throw new UsageError(NO_JOB);
    return { id, by: signed(values) };
  } catch (error) {
    if (error instanceof OperatorRefusal || (error instanceof TypeError && 'code' in error)) {
      throw new UsageError(`${error.message}\n${USAGE}`);
    }
    throw error;
  }
}
