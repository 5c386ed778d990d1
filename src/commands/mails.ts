import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { reportMails, retryUnsentMails, sendOrderMailJob, unsuppressAddresses } from '../fulfilment/index.ts';
import { waitingJobs } from '../platform/jobs/store/job-gauges.ts';
import { command, print, runRecorded, UsageError } from './command.ts';

const USAGE = `Usage: npm run mails -- list [--json]          mails that wait, that nobody tries any more, and suppressed addresses
       npm run mails -- retry ORDER|all        tries unsent mails again; contacts that have their mail are skipped
       npm run mails -- unsuppress ID...|all   lets mails go to these addresses again; then retry what was not sent
       npm run mails -- --help`;

const NO_ADDRESS = `An address is named by its id, such as 3c5a96f3fa1e: \`npm run mails -- list\` has them.\n${USAGE}`;

const isAddressId = (text: string) => /^[0-9a-f]{8,64}$/.test(text);

/** npm run mails: shows mails that did not go out, and lets operators send them after all. See USAGE. */
command(USAGE, async (args, database) => {
  const { positionals, values } = parse(args);
  const [verb, ...subjects] = positionals;
  if (verb === 'list' && subjects.length === 0) {
    const report = { waiting: await waitingJobs(database, sendOrderMailJob.name), ...(await reportMails(database)) };
    return print(values.json === true ? JSON.stringify(report) : describe(report));
  }
  if (values.json === true) throw new UsageError(USAGE);
  const action = { action: `mails ${verb}`, subject: subjects.join(' ') };
  if (verb === 'retry' && subjects.length === 1) {
    const retry = () => retryUnsentMails(database, subjects[0] ?? 'all');
    const { retried, suppressed } = await runRecorded(database, action, retry);
    const held = suppressed === 0 ? '' : `; ${suppressed} of them to addresses that get nothing until \`unsuppress\``;
    return print(`${retried} retried${held}`);
  }
  const ids = subjects.length === 1 && subjects[0] === 'all' ? 'all' : subjects;
  // An address that is typed here must not enter the action trail.
  if (verb === 'unsuppress') {
    if (ids !== 'all' && (ids.length === 0 || !ids.every(isAddressId))) throw new UsageError(NO_ADDRESS);
    return print(`${await runRecorded(database, action, () => unsuppressAddresses(database, ids))} unsuppressed`);
  }
  throw new UsageError(USAGE);
});

function parse(args: readonly string[]) {
  try {
    const options = { json: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

type Report = Awaited<ReturnType<typeof reportMails>> & { waiting: { count: number; oldestSeconds: number | null } };

function describe({ waiting, unsent, suppressed }: Report): string {
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
  ].join('\n');
}
