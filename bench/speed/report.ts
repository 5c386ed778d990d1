import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CAN_PIN, CORES } from '../neighbours/cores.ts';
import { root } from '../neighbours/ground.ts';
import type { Memory } from '../neighbours/memory.ts';
import { table } from '../neighbours/table.ts';
import type { Followed } from './followed.ts';
import { goals, type Measured } from './goals.ts';
import { profileTable, type Share } from './profile-shares.ts';
import type { Extent, Figures } from './reading.ts';
import { SERVERS, type ServerName } from './servers.ts';
import type { Scaling } from './two.ts';
import { ASKING, type Workload, type WorkloadName } from './workloads.ts';
import { WRITING, type Writing, type WritingName } from './writing.ts';

export interface Reported extends Measured {
  workloads: readonly Workload[];
  /** Our answers. */
  bytes: ReadonlyMap<string, number>;
  memory: ReadonlyMap<ServerName, Memory>;
  followed: Followed | undefined;
  scaling: readonly Scaling[];
  /** Reads whose goal was missed. */
  profiles: Map<WorkloadName, readonly Share[]>;
  extent: Extent;
  versions: Record<string, string | undefined>;
  /** The machine's load before it began. */
  load: number;
}

export function report(reported: Reported): string {
  const { workloads, extent, versions, load, scaling } = reported;
  const told = Object.entries(versions).map(([name, version]) => `${name} ${version ?? 'not installed'}`);
  return `# Speed

${new Date().toISOString().slice(0, 10)}. ${told.join(', ')}.
\`npm run bench -- speed\`: ${extent.connections} connections, each asking again as soon as it has its answer, ${extent.seconds} s a round, ${extent.rounds} rounds in
which every server has its turn, in another order each time, after a round that warms up. Medians over the rounds.
${where(load)}

## Goals

${goalsTable(reported)}

## Reading

The workloads are what clients send. Page, order page and history are those of \`bench/speed/operations.ts\` as Apollo Client sends them
(with \`__typename\` and variables), by ${ASKING} organizations in turn; a hundred orders with their lines is the longest answer that one
page of orders can be. \`_entities\` are what Hive Gateway asks for when a support tool asks it for a list that another subgraph owns.

All servers answer from one database, under row-level security. Before measuring, every workload is asked of all of them, and their
answers are the same JSON, member by member (but for \`asOf\`, the moment at which each asked hub-core). The peers share one set of
resolvers by hand, as they were at commit 7376654, and are started as their own pages say: Apollo Server by
\`startStandaloneServer\` with the plugins that it comes with, Yoga with its cache of documents, Mercurius on Fastify with \`jit: 1\`.
They do what a team would write by hand: they verify the token, read the catalogue's rows and evaluate flags and gates for each request,
batch reads by DataLoader, and remember hub-core's answers and prices for as long as we do.

**The comparison is in their favour.** Ours also writes a log line per request (into nothing), counts metrics, limits documents, costs and
connections, sends security headers and a correlation id, masks errors, keeps a trail of mutations, and runs jobs and periodic
tasks; and it runs with the flags of \`npm start\`, which trade time for memory. "Ours to it" is our rate to another's; CPU is the
server's for one request, in microseconds, in all its threads; "busy" is how much of its core it used: well below 100 %, the load or
the database was the brake.

${workloads.map((workload) => section(workload, reported)).join('\n\n')}

Memory in MB, after all of that, and at its most (VmRSS, VmHWM):

${memoryTable(reported.memory)}
${profilesText(reported)}
## Orders

By our server, with all that follows a payment held back (the database hands out no job), and by pgbench
(\`-M prepared\`), on the core where our server was: the very statements that our server sent for one order, written down on their way
to PostgreSQL, in as many round trips, for another order each time. pgbench knows the answers beforehand: it checks no signature and
no token, asks neither hub-core, Mekari Billing nor Mekari Pay, and is not asked for row-level security where an order is created
and confirmed. After each round the orders are counted in the database, and ledger and counters must agree.

${writingTable(reported.writing)}

${followedText(reported.followed)}

## Two processes

Of one process of ours and of two on one database, each on a core of its own with a load of its own.${
    CORES > 2
      ? ''
      : ' There are but two cores: the\nsecond process shares its core with both loads, PostgreSQL and the neighbours, so this is no measure of how far it scales.'
  }

${scalingTable(scaling)}
`;
}

function where(load: number): string {
  const pinned = CAN_PIN
    ? 'The server that is measured has a core of its own; load, PostgreSQL, Redis and the neighbours share another.'
    : 'Nothing is kept to a core of its own here: servers, load and databases are in each other’s way.';
  const said = `The machine's load average was ${load.toFixed(1)} before it began, on ${CORES} cores`;
  const trust =
    load < CORES / 4 ? '.' : ': others used it too, and rates and times say little; CPU per request says more.';
  return `${pinned} ${said}${trust}`;
}

function goalsTable(measured: Measured): string {
  const rows = goals(measured).map(({ what, wanted, measured: found, reached }) => [
    what,
    wanted,
    found === undefined ? '-' : found.toFixed(2),
    found === undefined ? 'not measured' : reached ? 'reached' : 'not reached',
  ]);
  return table(['', 'wanted', 'measured', ''], rows);
}

export function section({ name, title }: Workload, { reading, bytes }: Pick<Reported, 'reading' | 'bytes'>): string {
  return `### ${title[0]?.toUpperCase()}${title.slice(1)}, ${((bytes.get(name) ?? 0) / 1000).toFixed(1)} KB\n\n${readingTable(reading.get(name) ?? new Map())}`;
}

function readingTable(figures: ReadonlyMap<ServerName, Figures>): string {
  const ours = figures.get('ours')?.requestsPerSecond ?? Number.NaN;
  const rows = [...figures].map(([name, { requestsPerSecond, p50, p99, cpuPerRequest, busy }]) => [
    SERVERS[name],
    requestsPerSecond.toFixed(0),
    (ours / requestsPerSecond).toFixed(2),
    p50.toFixed(2),
    p99.toFixed(2),
    cpuPerRequest.toFixed(0),
    percent(busy),
  ]);
  return table(['', 'requests/s', 'ours to it', 'p50 ms', 'p99 ms', 'CPU µs', 'busy'], rows);
}

function profilesText({ profiles, workloads }: Reported): string {
  return workloads
    .filter(({ name }) => profiles.has(name))
    .map(
      ({ name, title }) =>
        `\n### Missed: where the time of ${title} goes\n\n${profileTable(profiles.get(name) ?? [])}\n`,
    )
    .join('');
}

function memoryTable(memory: Reported['memory']): string {
  const rows = [...memory].map(([name, { now, peak }]) => [SERVERS[name], now.toFixed(0), peak.toFixed(0)]);
  return table(['', 'now', 'peak'], rows);
}

export function writingTable(writing: ReadonlyMap<WritingName, Writing>): string {
  const rows = [...writing].map(([name, { perSecond, p50, p99, cpuPerOrder, busy, trips, pgbench }]) => [
    WRITING[name],
    perSecond.toFixed(0),
    pgbench?.toFixed(0) ?? 'no pgbench here',
    pgbench === undefined ? '-' : (perSecond / pgbench).toFixed(2),
    String(trips),
    p50.toFixed(1),
    p99.toFixed(1),
    cpuPerOrder.toFixed(0),
    percent(busy),
  ]);
  const head = ['', 'orders/s', 'by pgbench', 'ratio', 'round trips', 'p50 ms', 'p99 ms', 'CPU µs', 'busy'];
  return table(head, rows);
}

/** The cost of a rush of payments, with everything that belongs to them. */
export function followedText(followed: Followed | undefined): string {
  if (followed === undefined) return '';
  const { orders, settledPerSecond, p99, untilDone } = followed;
  return `With Moderator and mail answering: ${orders} webhooks at once were settled at ${settledPerSecond.toFixed(0)} a second (p99 ${p99.toFixed(0)} ms) while the first
orders were booked already; ${untilDone.toFixed(1)} s after the first webhook the last order was booked and its two e-mails were sent, ${(orders / untilDone).toFixed(0)} a second.`;
}

export function scalingTable(scaling: readonly Scaling[]): string {
  const rows = scaling.map(({ what, one, two }) => [what, one.toFixed(0), two.toFixed(0), (two / one).toFixed(2)]);
  return table(['per second', 'one', 'two', 'ratio'], rows);
}

const percent = (part: number) => `${(part * 100).toFixed(0)} %`;

/** Versions of the packages under test, as package.json pins them. */
export function packageVersions(): Record<string, string | undefined> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const pinned: Record<string, string> = { ...dependencies, ...devDependencies };
  return {
    Mercurius: pinned['mercurius'],
    'graphql-jit': pinned['graphql-jit'],
    'GraphQL Yoga': pinned['graphql-yoga'],
    'Apollo Server': pinned['@apollo/server'],
    Fastify: pinned['fastify'],
    graphql: pinned['graphql'],
    autocannon: pinned['autocannon'],
  };
}
