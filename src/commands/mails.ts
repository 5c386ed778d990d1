import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { reportMails, retryUnsentMails, sendOrderMailJob, unsuppressAddresses } from '../fulfilment/index.ts';
import { waitingJobs } from '../platform/jobs/store/job-gauges.ts';
import { printReport, runRecorded, withDatabase } from './command.ts';
import { JSON_OPTION, type JsonOption, newProgram, runProgram, UsageError } from './program.ts';

const program = newProgram('mails', 'Mails that did not go out, and addresses that get none.');
program
  .command('list')
  .description('mails that wait, that nobody tries any more, and suppressed addresses')
  .option(...JSON_OPTION)
  .action((options: JsonOption) => withDatabase((database) => list(database, options)));
program
  .command('retry')
  .description('try unsent mails again; contacts that have their mail are skipped')
  .usage('[options] ORDER|all')
  .argument('<order>', 'number of an order, or all')
  .option(...JSON_OPTION)
  .action((order: string, options: JsonOption) => withDatabase((database) => retry(database, order, options)));
program
  .command('unsuppress')
  .description('let mails go to these addresses again; then retry what was not sent')
  .usage('[options] ID...|all')
  .argument('<ids...>', 'ids of addresses, or all')
  .option(...JSON_OPTION)
  .action((words: string[], options: JsonOption) => {
    const ids = addresses(words);
    return withDatabase((database) => unsuppress(database, ids, options));
  });

async function list(database: DataSource, options: JsonOption): Promise<void> {
  const report = { waiting: await waitingJobs(database, sendOrderMailJob.name), ...(await reportMails(database)) };
  printReport(options, report, describe(report));
}

async function retry(database: DataSource, order: string, options: JsonOption): Promise<void> {
  const action = { action: 'mails retry', subject: order };
  const outcome = await runRecorded(database, action, () => retryUnsentMails(database, order));
  const { retried, suppressed } = outcome;
  const held = suppressed === 0 ? '' : `; ${suppressed} of them to addresses that get nothing until \`unsuppress\``;
  printReport(options, { retried, suppressed }, [`${retried} retried${held}`]);
}

async function unsuppress(database: DataSource, ids: readonly string[] | 'all', options: JsonOption): Promise<void> {
  const action = { action: 'mails unsuppress', subject: ids === 'all' ? ids : ids.join(' ') };
  const unsuppressed = await runRecorded(database, action, () => unsuppressAddresses(database, ids));
  printReport(options, { unsuppressed }, [`${unsuppressed} unsuppressed`]);
}

/** An address that is typed here must not enter the action trail. */
function addresses(words: readonly string[]): readonly string[] | 'all' {
  if (words.length === 1 && words[0] === 'all') return 'all';
  if (words.every((word) => /^[0-9a-f]{8,64}$/.test(word))) return words;
  throw new UsageError('An address is named by its id, such as 3c5a96f3fa1e: `npm run mails -- list` has them.');
}

type Report = Awaited<ReturnType<typeof reportMails>> & { waiting: { count: number; oldestSeconds: number | null } };

function describe({ waiting, unsent, suppressed }: Report): string[] {
  const age = waiting.oldestSeconds === null ? '' : `, the oldest since ${waiting.oldestSeconds} s`;
  return [
    ...suppressed.map(
      ({ id, contact, organizationId, reason, refusedAt }) =>
        `${id}  suppressed  ${contact}  organization ${organizationId}  ${reason}  ${refusedAt.toISOString()}`,
    ),
    ...unsent.map(
      ({ orderNumber, kind, status, contact, organizationId, notedAt }) =>
        `${orderNumber}  ${kind}  ${status}  ${contact || '-'}  organization ${organizationId}  ${notedAt.toISOString()}`,
    ),
    `${waiting.count} waiting${age}; ${unsent.length} unsent; ${suppressed.length} addresses suppressed`,
  ];
}

runProgram(program);
