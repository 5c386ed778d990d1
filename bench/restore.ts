import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { DataSource } from 'typeorm';
import { directoryForServers, programOf, startPackagedPostgres } from '../sandbox/postgres/packaged-postgres.ts';
import { connectDatabase } from '../src/platform/database/data-source.ts';
import { fillOrders } from './grow/fill-orders.ts';
import { root } from './neighbours/ground.ts';
import { table } from './neighbours/table.ts';

const RESULT = join(root, 'bench/results/restore.md');
const SETTINGS = { shared_buffers: '1GB', max_wal_size: '8GB' };
const run = promisify(execFile);

/** PostgreSQL 18 has it; the servers whose package has pg_dump may be older. */
const UUIDV7 = `create function uuidv7(shift interval) returns uuid language sql volatile as $$
  select (lpad(to_hex((extract(epoch from clock_timestamp() + shift) * 1000)::bigint), 12, '0')
    || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid $$`;

/** Dumps a database of this many orders and restores it into a new server, by the commands of docs/operations.md 9. */
export async function benchRestore([given = '1000000']: readonly string[]): Promise<void> {
  const orders = Number(given);
  if (!Number.isInteger(orders) || orders < 2000) throw new Error('how many orders, 2000 or more?');
  const load = loadavg()[0] ?? 0;
  const directory = directoryForServers(join(tmpdir(), `self-topup-bench-${process.pid}`));
  const dump = join(directory, 'topup.dump');
  const source = await startPackagedPostgres(join(directory, 'source'), SETTINGS);
  const target = await startPackagedPostgres(join(directory, 'target'), SETTINGS);
  try {
    const from = await ownedDatabase(source.url);
    await command('migrate', from);
    await using(from.admin, (database) => fill(database, orders));
    const rows = await using(from.admin, rowsOf);
    const to = await ownedDatabase(target.url);
    const figures: string[][] = [];
    const step = async (name: string, work: () => Promise<unknown>) =>
      figures.push([`\`${name}\``, (await timed(work)).toFixed(1)]);
    await step('pg_dump', () => run(programOf('pg_dump'), [...DUMP, `--file=${dump}`, from.owner]));
    await step('migrate -- --prepare', () => command('migrate', to, '--prepare'));
    await step('pg_restore', () => run(programOf('pg_restore'), ['--exit-on-error', `--dbname=${to.owner}`, dump]));
    const restored = await using(to.admin, rowsOf);
    if (restored !== rows) throw new Error(`${restored} rows were restored, not ${rows}`);
    await step('psql --command analyze', () => using(to.owner, (database) => database.query('analyze')));
    await step('migrate', () => command('migrate', to));
    await step('audit', () => command('audit', to));
    const facts = { orders, rows, megabytes: statSync(dump).size / 1e6, load };
    write(text(facts, figures));
  } finally {
    await Promise.all([source.stop(), target.stop()]);
    execFileSync('rm', ['-rf', directory]);
  }
}

const DUMP = ['--format=custom', '--enable-row-security', '--role=self_topup_migrator'];

interface Addresses {
  /** The superuser's. */
  admin: string;
  /** The database owner's, who may create roles and is no superuser. */
  owner: string;
}

async function ownedDatabase(server: string): Promise<Addresses> {
  await using(server, async (database) => {
    await database.query(`do $$ begin
      if to_regrole('topup') is null then create role topup login createrole password 'secret'; end if; end $$`);
    await database.query(`create database topup owner topup`);
  });
  const admin = new URL(server);
  admin.pathname = 'topup';
  const owner = new URL(admin);
  owner.username = 'topup';
  owner.password = 'secret';
  return { admin: admin.toString(), owner: owner.toString() };
}

async function fill(database: DataSource, orders: number): Promise<void> {
  await database.query(UUIDV7);
  await fillOrders(database, { orders, organizations: orders / 10, largestHasOneIn: 50 });
  await database.query('drop function uuidv7(interval)');
}

async function rowsOf(database: DataSource): Promise<number> {
  const tables: { name: string }[] = await database.query(`select format('%I.%I', schemaname, tablename) as name
    from pg_tables where schemaname in ('public', 'graphile_worker')`);
  const counts = tables.map(({ name }) => `(select count(*) from ${name})`);
  const [row]: { rows: string }[] = await database.query(`select ${counts.join(' + ')} as rows`);
  return Number(row?.rows);
}

async function using<Result>(url: string, work: (database: DataSource) => Promise<Result>): Promise<Result> {
  const database = await connectDatabase({ url, entities: [], migrations: [], poolSize: 1, statementTimeoutMs: 0 });
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}

const command = (name: string, { owner }: Addresses, ...args: string[]) =>
  run(process.execPath, [join(root, `dist/server/commands/${name}.js`), ...args], {
    env: { PATH: process.env['PATH'], DATABASE_URL: owner },
  });

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

interface Facts {
  orders: number;
  rows: number;
  megabytes: number;
  load: number;
}

function text({ orders, rows, megabytes, load }: Facts, figures: string[][]): string {
  const version = execFileSync(programOf('postgres'), ['--version'], { encoding: 'utf8' }).trim();
  return `# Dump and restore

${new Date().toISOString().slice(0, 10)}, ${version}, Node ${process.versions.node}. \`npm run bench -- restore ORDERS\`: the commands of docs/operations.md 9, from one
server into another, by a login that is no superuser. The load average was ${load.toFixed(1)} before it began.

${orders.toLocaleString('en')} orders are ${rows.toLocaleString('en')} rows; the dump has ${megabytes.toFixed(0)} MB. Every row was restored, and the audit is green.

${table(['step', 'seconds'], figures)}
`;
}

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
