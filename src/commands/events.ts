import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { loadEventConfig } from '../config.ts';
import {
  assertReceiver,
  disable,
  enable,
  listSubscriptions,
  replay,
  rotate,
  subscribe,
  TYPES_WITHOUT_STEPS,
} from '../event-delivery/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { isId } from '../kernel/ids.ts';
import { printReport, runRecorded, warn, withDatabase } from './command.ts';
import { describeSubscription } from './events-text.ts';
import { eventTypes, instant } from './option-values.ts';
import { JSON_OPTION, type JsonOption, newProgram, runProgram, UsageError } from './program.ts';

const SUBSCRIPTION_OPTION = ['--subscription <id>', 'the subscription', subscriptionId] as const;

interface One extends JsonOption {
  subscription: string;
}
interface Subscribe extends JsonOption {
  url: string;
  organization?: string;
  allOrganizations?: boolean;
  type?: string[];
}
interface Replay extends One {
  order?: string;
  since?: Date;
}
interface Rotate extends One {
  atOnce?: boolean;
}
interface Disable extends One {
  reason: string;
}

const program = newProgram('events', 'Subscribers that get the steps of orders as signed webhooks.');
program
  .command('subscribe')
  .description('send the steps of orders to a URL from now on; prints the secret, once')
  .requiredOption('--url <url>', 'the receiver, over https')
  .option('--organization <id>', 'the orders of this organization')
  .option('--all-organizations', 'the orders of every organization, for a system of our own')
  .option('--type <type>', 'only this type, such as topup_order.paid; may be repeated', eventTypes)
  .option(...JSON_OPTION)
  .action((options: Subscribe) => {
    const wanted = subscribing(options);
    return withDatabase((database) => add(database, wanted, options));
  });
program
  .command('list')
  .description('the subscriptions, with their state and what waits for them')
  .option(...JSON_OPTION)
  .action((options: JsonOption) => withDatabase((database) => list(database, options)));
program
  .command('replay')
  .description('send steps again, with the ids that they had')
  .requiredOption(...SUBSCRIPTION_OPTION)
  .option('--order <number>', 'all steps of this order')
  .option('--since <time>', 'all steps since this instant, such as 2026-11-22T03:04:05Z', instant('--since'))
  .option(...JSON_OPTION)
  .action((options: Replay) => {
    const from = replayed(options);
    return withDatabase((database) => again(database, from, options));
  });
program
  .command('rotate')
  .description('give the subscription a new secret; both sign for a day; prints the new one, once')
  .requiredOption(...SUBSCRIPTION_OPTION)
  .option('--at-once', 'the old secret signs no longer, for one that leaked')
  .option(...JSON_OPTION)
  .action((options: Rotate) => withDatabase((database) => newSecretFor(database, options)));
program
  .command('disable')
  .description('send nothing to the subscription any more')
  .requiredOption(...SUBSCRIPTION_OPTION)
  .option('--reason <text>', 'why, in a sentence that the list and the trail keep', 'by command')
  .option(...JSON_OPTION)
  .action((options: Disable) => withDatabase((database) => turnOff(database, options)));
program
  .command('enable')
  .description('send to a disabled subscription again, what waited for it first')
  .requiredOption(...SUBSCRIPTION_OPTION)
  .option(...JSON_OPTION)
  .action((options: One) => withDatabase((database) => turnOn(database, options)));

function subscribing({ url, organization, allOrganizations = false, type: types = [] }: Subscribe) {
  if ((organization === undefined) !== allOrganizations)
    throw new UsageError('Name the orders to send: --organization ID, or --all-organizations.');
  const wanted = { url, organizationId: organization ?? null, types };
  assertReceiver(url, loadEventConfig().EVENT_INTERNAL_HOSTS ?? []);
  return wanted;
}

async function add(database: DataSource, wanted: ReturnType<typeof subscribing>, options: JsonOption): Promise<void> {
  const { organizationId, types } = wanted;
  for (const type of types.filter((each) => TYPES_WITHOUT_STEPS.includes(each)))
    warn(`no order has steps of type ${type} yet, so none will be sent.`);
  // A URL may carry a secret of the receiver, so only its host enters the trail.
  const subject = `${new URL(wanted.url).host} for ${organizationId ?? 'all organizations'}`;
  const action = { action: 'events subscribe', subject };
  const { id, secret } = await runRecorded(database, action, () => subscribe(database, systemClock, wanted));
  printReport(options, { id, secret, ...wanted }, [`${id} is subscribed. Its secret is not shown again:`, secret]);
}

async function list(database: DataSource, options: JsonOption): Promise<void> {
  const subscriptions = await listSubscriptions(database);
  printReport(options, subscriptions, [
    ...subscriptions.flatMap(describeSubscription),
    `${subscriptions.length} subscriptions`,
  ]);
}

function replayed({ order, since }: Replay): { order: string } | { since: Date } {
  if (order !== undefined && since === undefined) return { order };
  if (since !== undefined && order === undefined) return { since };
  throw new UsageError('Name the steps to send again: --order NUMBER or --since TIME.');
}

async function again(database: DataSource, from: { order: string } | { since: Date }, options: Replay): Promise<void> {
  const subject = `${options.subscription} ${'order' in from ? from.order : from.since.toISOString()}`;
  const orders = await runRecorded(database, { action: 'events replay', subject }, () =>
    replay(database, systemClock, options.subscription, from),
  );
  printReport(options, { subscription: options.subscription, orders }, [`steps of ${orders} orders are sent again`]);
}

async function newSecretFor(database: DataSource, options: Rotate): Promise<void> {
  const { subscription, atOnce = false } = options;
  const subject = atOnce ? `${subscription} at once` : subscription;
  const { secret, previousUntil } = await runRecorded(database, { action: 'events rotate', subject }, () =>
    rotate(database, systemClock, subscription, atOnce),
  );
  const old =
    previousUntil === null
      ? 'The old one signs no longer.'
      : `The old one signs too until ${previousUntil.toISOString()}.`;
  printReport(options, { subscription, secret, previousUntil }, [
    `${subscription} has a new secret, which is not shown again. ${old}`,
    secret,
  ]);
}

async function turnOff(database: DataSource, options: Disable): Promise<void> {
  const { subscription, reason } = options;
  await runRecorded(database, { action: 'events disable', subject: subscription, reason }, () =>
    disable(database, systemClock, subscription, reason),
  );
  printReport(options, { subscription, isEnabled: false }, [`${subscription} is disabled`]);
}

async function turnOn(database: DataSource, options: One): Promise<void> {
  const { subscription } = options;
  const since = await runRecorded(database, { action: 'events enable', subject: subscription }, () =>
    enable(database, systemClock, subscription),
  );
  printReport(options, { subscription, isEnabled: true, disabledAt: since }, [
    `${subscription} is enabled. Steps since ${since.toISOString()} were not noted: replay sends them.`,
  ]);
}

function subscriptionId(text: string): string {
  if (isId(text)) return text.toLowerCase();
  throw new UsageError('A subscription is named by its id: `npm run events -- list` has them.');
}

runProgram(program);
