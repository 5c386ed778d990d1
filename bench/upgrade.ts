import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../sandbox/dev/free-port.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';
import { startPostgres } from '../sandbox/postgres/postgres.ts';
import { connectDatabase } from '../src/platform/database/data-source.ts';
import { fillOrders } from './grow/fill-orders.ts';
import { rowsOfVersion } from './grow/fill-related.ts';
import { percentile } from './neighbours/load.ts';
import { table } from './neighbours/table.ts';
import { type Buyers, type Request, startBuyers } from './upgrade/buyers.ts';
import { watchLockWaits } from './upgrade/lock-waits.ts';

/** From dist/bench, where it runs. */
const ROOT = join(import.meta.dirname, '..', '..');
const RESULT = join(ROOT, 'bench', 'results', 'upgrade.md');
const FLAGS = ['billing_new_topup_page', 'billing_new_topup'];
const BUYERS = 8;
const BACKUP_MS = 20_000;
const QUIET_MS = 5000;

const HEAD = `# Upgrades

${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}. \`npm run bench -- upgrade ORDERS DIRECTORY...\`: over so many orders of two years, ${BUYERS} buyers read the page, order and confirm without
end. A backup holds every table for ${BACKUP_MS / 1000} s from the moment in which \`migrate\` of this build begins. Then both versions serve, this one alone, and
at last the earlier one again over the new database, as after a rollback.
`;

interface Place {
  directory: string;
  env: Record<string, string>;
}

/**
 * Upgrades earlier builds to this one while buyers buy and a backup reads every table for 20 s: requests lost, and the longest wait for a
 * lock of the migration. Each DIRECTORY holds a build's sources, with its packages and `dist/`, under the name of its commit.
 */
export async function benchUpgrade([given = '', ...directories]: readonly string[]): Promise<void> {
  const orders = Number(given);
  if (!Number.isInteger(orders) || orders < 2000 || directories.length === 0)
    throw new Error('how many orders, 2000 or more, and which builds? npm run bench -- upgrade 1000000 DIRECTORY...');
  const sections: string[] = [];
  for (const directory of directories) sections.push(await upgradeFrom(directory, orders));
  const result = `${HEAD}\n${sections.join('\n')}`;
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}

async function upgradeFrom(given: string, orders: number): Promise<string> {
  const postgres = await startPostgres({ directory: join(tmpdir(), `self-topup-bench-${process.pid}`) });
  const sandbox = await startSandbox();
  const servers: ChildProcess[] = [];
  try {
    const env = environmentOf(sandbox, postgres.url);
    const [earlier, later] = [resolve(given), ROOT].map((directory): Place => ({ directory, env })) as [Place, Place];
    await operate(earlier, 'migrate');
    await fill(postgres.url, orders);
    await operate(earlier, 'catalogue', 'apply', 'seed/topup-configurations.json');
    await operate(earlier, 'flags', 'set', ...FLAGS.flatMap((flag) => [flag, 'on']));
    const old = [await serve(earlier, servers), await serve(earlier, servers)];
    sandbox.mekariPay.setWebhookUrl(`${old[0]}/webhooks/mekari-pay`);
    const buyers = startBuyers(await tokensOf(sandbox), old);
    const locks = await watchLockWaits(postgres.url);
    await sleep(QUIET_MS);
    const before = buyers.requests.length;
    const [seconds] = await Promise.all([timed(() => operate(later, 'migrate')), backUp(postgres.url)]);
    const during = buyers.requests.slice(before);
    const both = await replaceOneByOne(later, servers, buyers, old);
    const rollback = await replaceOneByOne(earlier, servers, buyers, old);
    await replaceOneByOne(later, servers, buyers, old);
    await buyers.stop();
    await locks.stop();
    await payAll(sandbox, buyers, postgres.url, String(old.at(-1)));
    await operate(later, 'audit');
    const facts = {
      orders,
      seconds,
      longest: locks.longest(),
      during,
      both,
      rollback,
      confirmed: buyers.confirmed.length,
    };
    const section = text(basename(given), facts);
    console.log(section);
    return section;
  } finally {
    for (const server of servers) server.kill('SIGKILL');
    await sandbox.stop();
    await postgres.stop();
  }
}

function environmentOf(sandbox: Sandbox, databaseUrl: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    ...sandbox.environment(),
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
    PUBLIC_URL: 'http://127.0.0.1',
    CHECKOUT_RETURN_URL: 'http://127.0.0.1/topup',
    MUTATIONS_PER_MINUTE: '0',
    MAX_ORDERS_AWAITING_PAYMENT: '0',
    MAX_LIVE_DRAFTS: '0',
    // The sandbox knows no invoices of the orders that were filled in.
    RECONCILE_INTERVAL_SECONDS: '3600',
  };
}

/** Tokens of buyers, each of an organization of its own. */
async function tokensOf(sandbox: Sandbox): Promise<{ organizationId: string; token: string }[]> {
  const { organizations } = sandbox.hubCore;
  const sample = organizations.get('1001');
  if (sample === undefined) throw new Error('the sandbox has no organization 1001');
  const ids = Array.from({ length: BUYERS }, (_, index) => String(70_000 + index));
  for (const id of ids) organizations.set({ ...sample, id, excess: [] });
  return Promise.all(
    ids.map(async (id) => ({ organizationId: id, token: await sandbox.auth.token({ organization_id: id }) })),
  );
}

async function operate({ directory, env }: Place, command: string, ...args: string[]): Promise<void> {
  const file = join(directory, 'dist/src/commands', `${command}.js`);
  const child = spawn(process.execPath, [file, ...args], {
    cwd: directory,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [[code], said] = await Promise.all([once(child, 'exit'), textOf(child.stdout)]);
  if (code !== 0) throw new Error(`${command} of ${directory} ended with ${code}: ${said}`);
}

async function serve({ directory, env }: Place, servers: ChildProcess[]): Promise<string> {
  const port = await freePort();
  const server = spawn(process.execPath, [join(directory, 'dist/server/main.js')], {
    cwd: directory,
    env: { ...env, PORT: String(port), LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  servers.push(server);
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (server.exitCode !== null) throw new Error(`the server of ${directory} ended with ${server.exitCode}`);
    await sleep(50);
  }
  return url;
}

/** As pg_dump does: one transaction that has read every table. */
async function backUp(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'backup' });
  await client.connect();
  await client.query('begin isolation level repeatable read');
  const { rows } = await client.query<{ name: string }>(`select oid::regclass::text as name from pg_class
    where relkind = 'r' and relnamespace in ('public'::regnamespace, 'graphile_worker'::regnamespace)`);
  for (const { name } of rows) await client.query(`lock table ${name} in access share mode`);
  await sleep(BACKUP_MS);
  await client.query('commit');
  await client.end();
}

/** Both versions serve, then the given one alone. Returns the requests since its first. */
async function replaceOneByOne(
  next: Place,
  servers: ChildProcess[],
  buyers: Buyers,
  urls: string[],
): Promise<Request[]> {
  const from = buyers.requests.length;
  const old = servers.slice(-urls.length);
  for (const [index, server] of old.entries()) {
    urls[index] = await serve(next, servers);
    buyers.setUrls([...urls]);
    // A balancer that has taken the replica out: its last requests are answered.
    await sleep(QUIET_MS);
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  await sleep(QUIET_MS);
  return buyers.requests.slice(from);
}

/** Pays every tenth order, of both versions, and waits until accounting has booked them. */
async function payAll(sandbox: Sandbox, { confirmed }: Buyers, url: string, server: string): Promise<void> {
  sandbox.mekariPay.setWebhookUrl(`${server}/webhooks/mekari-pay`);
  const paid = confirmed.filter((_, index) => index % 10 === 0);
  for (const number of paid) await sandbox.mekariPay.pay(number);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const left = async () =>
    (await client.query(`select from topup_orders where number = any($1) and status <> 'COMPLETED'`, [paid]))
      .rowCount ?? 0;
  while ((await left()) > 0) await sleep(100);
  await client.end();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Orders as the earlier version would have left them. */
async function fill(url: string, orders: number): Promise<void> {
  const database = await connectDatabase({ url, entities: [], migrations: [], poolSize: 1, statementTimeoutMs: 0 });
  try {
    const [has]: { balances: boolean; payments: boolean }[] = await database.query(`select
      exists (select from information_schema.columns where table_name = 'quota_ledger_entries' and column_name = 'balance_after') as balances,
      to_regclass('order_payments') is not null as payments`);
    if (has === undefined) throw new Error('PostgreSQL did not answer');
    const extent = { orders, organizations: orders / 10, largestHasOneIn: 50 };
    await fillOrders(database, extent, (total) => rowsOfVersion(total, has));
  } finally {
    await database.destroy();
  }
}

interface Facts {
  orders: number;
  seconds: number;
  longest: number;
  during: readonly Request[];
  both: readonly Request[];
  rollback: readonly Request[];
  confirmed: number;
}

function text(name: string, { orders, seconds, longest, during, both, rollback, confirmed }: Facts): string {
  const row = (phase: string, requests: readonly Request[]) => {
    const sorted = requests.map(({ ms }) => ms).toSorted((a, b) => a - b);
    const lost = requests.filter(({ failure }) => failure !== undefined);
    for (const { kind, failure } of lost.slice(0, 10)) console.log(phase, kind, failure);
    const times = [percentile(sorted, 50), percentile(sorted, 99), sorted.at(-1) ?? 0].map((ms) => ms.toFixed(0));
    return [phase, String(requests.length), String(lost.length), ...times];
  };
  return `## From ${name}

Over ${orders.toLocaleString('en')} orders \`migrate\` took ${seconds.toFixed(1)} s. The longest wait of a caller or a job for a lock of the migration was ${longest.toFixed(0)} ms, seen 40 times a second. ${confirmed} orders
were confirmed; every tenth was paid afterwards and booked, and the audit was green.

${table(['phase', 'requests', 'lost', 'median ms', '99 % ms', 'slowest ms'], [row('migrate beside a backup', during), row('both versions, then this one', both), row('rollback: both, then the earlier one', rollback)])}
`;
}
