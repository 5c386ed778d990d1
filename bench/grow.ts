import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DataSource } from 'typeorm';
import { startSandbox } from '../sandbox/index.ts';
import { startPostgres } from '../sandbox/postgres/postgres.ts';
import { audit, CHECKS } from '../src/audit/index.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { connectDatabase } from '../src/platform/database/data-source.ts';
import { measure, type Times } from './grow/measures.ts';
import { fillSide, type Side, startSide } from './grow/side.ts';
import { median } from './neighbours/load.ts';
import { table } from './neighbours/table.ts';

const SMALL = { orders: 2000, organizations: 200 };
const ORDERS_OF_AN_ORGANIZATION = 10;
const WARM_UP = 3;
const AUDITS = 3;
/** What counts as the same: two runs over one database differ by less. */
const FLAT = 1.5;
/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'grow.md');

/** The same things over a small database and one with so many orders: 1,000,000 if not said. */
export async function benchGrow([given = '1000000', rounds = '30']: readonly string[]): Promise<void> {
  const orders = Number(given);
  if (!Number.isInteger(orders) || orders < SMALL.orders) throw new Error(`orders: at least ${SMALL.orders}`);
  if (!Number.isInteger(Number(rounds)) || Number(rounds) < 1) throw new Error('rounds: expected a whole number');
  const load = loadavg()[0] ?? 0;
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const postgres = await startPostgres({ directory: join(tmpdir(), `self-topup-bench-${process.pid}`) });
    stops.push(() => postgres.stop());
    const sandbox = await startSandbox();
    stops.push(() => sandbox.stop());
    const large = { orders, organizations: orders / ORDERS_OF_AN_ORGANIZATION };
    const sides: Side[] = [];
    for (const [name, extent] of [['small', SMALL] as const, ['large', large] as const]) {
      const url = await createDatabase(postgres.url, name);
      console.log(`${name}: filled in ${seconds(await time(() => fillSide(url, extent)))} s`);
      const side = await startSide(name, url, extent, sandbox);
      stops.push(() => side.stop());
      sides.push(side);
    }
    const measured = await inTurns(sides, Number(rounds));
    const audits = await auditsOf(sides);
    const busy = `Its load average was ${load.toFixed(1)} before it began, on ${availableParallelism()} cores.`;
    write(await text(sides, { measured, audits, busy, rounds }));
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

async function createDatabase(adminUrl: string, name: string): Promise<string> {
  const admin = await connectDatabase({ url: adminUrl, entities: [], migrations: [], poolSize: 1 });
  await admin.query(`create database ${name}`);
  await admin.destroy();
  const url = new URL(adminUrl);
  url.pathname = name;
  return url.toString();
}

/** Round after round, each side first every second time: whatever else the machine does is shared between them. */
async function inTurns(sides: readonly Side[], rounds: number): Promise<Times[][]> {
  const measured: Times[][] = sides.map(() => []);
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    for (const index of order) {
      const side = sides[index];
      if (side === undefined) continue;
      const times = await measure(side, round);
      if (round >= WARM_UP) measured[index]?.push(times);
    }
  }
  return measured;
}

/** Milliseconds, by side; a violation is a fault of the filling, or of the product. */
async function auditsOf(sides: readonly Side[]): Promise<number[]> {
  const medians: number[] = [];
  for (const { database } of sides) {
    const times: number[] = [];
    for (let run = 0; run < AUDITS; run++) times.push(await time(() => auditOnce(database)));
    medians.push(median(times));
  }
  return medians;
}

async function auditOnce(database: DataSource): Promise<void> {
  const { violations } = await audit(database, systemClock);
  if (violations.length > 0) throw new Error(JSON.stringify(violations.slice(0, 5)));
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

interface Findings {
  measured: readonly Times[][];
  audits: readonly number[];
  busy: string;
  rounds: string;
}

async function text(sides: readonly Side[], { measured, audits, busy, rounds }: Findings): Promise<string> {
  const names = [...(measured[0]?.[0]?.keys() ?? [])];
  const rows = names.map((name) => {
    const [small = 0, large = 0] = measured.map((times) => median(times.map((each) => each.get(name) ?? 0)));
    const [what = '', whose = ''] = name.split(' | ');
    const ratio = large / small;
    return [what, whose, small.toFixed(2), large.toFixed(2), ratio.toFixed(2), ratio <= FLAT ? 'flat' : 'grows'];
  });
  const head = ['what', 'of', 'small ms', 'large ms', 'ratio', `within ${FLAT}`];
  const day = new Date().toISOString().slice(0, 10);
  const [version]: { server_version: string }[] = (await sides[0]?.database.query('show server_version')) ?? [];
  return `# Growth

${day}, PostgreSQL ${version?.server_version} with its default settings, Node ${process.versions.node}. \`npm run bench -- grow\`. ${busy}

${await contents(sides)}

Services of the product, over each of the two, in turns: medians of ${rounds} rounds, in milliseconds. Create and confirm include what
hub-core, Mekari Billing and Mekari Pay take. What is under way is as much in both: about 830 orders are drafts, wait for
their payment, or were given up lately.

${table(head, rows)}

The audit reads everything, ${CHECKS.length} checks in one snapshot: ${audits.map((ms, index) => `${seconds(ms)} s (${sides[index]?.name})`).join(', ')}, the median of ${AUDITS} runs.
`;
}

async function contents(sides: readonly Side[]): Promise<string> {
  const tables = [
    ...['topup_orders', 'topup_order_lines', 'topup_order_events', 'quota_ledger_entries', 'organization_packages'],
    ...['payment_events', 'idempotency_keys', 'order_mail_deliveries', 'action_trail'],
  ];
  const rows = await Promise.all(
    tables.map(async (name) => [name, ...(await Promise.all(sides.map((side) => count(side.database, name))))]),
  );
  const sizes = sides.map(async ({ database }) => {
    const [row]: { size: string }[] = await database.query(
      `select pg_size_pretty(pg_database_size(current_database())) as size`,
    );
    return row?.size ?? '';
  });
  return table(
    ['rows', ...sides.map(({ name }) => name)],
    [...rows, ['size of the database', ...(await Promise.all(sizes))]],
  );
}

/** As PostgreSQL last counted them: what its callers may see of a table does not matter. */
async function count(database: DataSource, name: string): Promise<string> {
  const [row]: { rows: string }[] = await database.query(
    `select reltuples::bigint as rows from pg_class where oid = $1::regclass`,
    [name],
  );
  return Number(row?.rows).toLocaleString('en');
}

const seconds = (ms: number) => (ms / 1000).toFixed(2);

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
