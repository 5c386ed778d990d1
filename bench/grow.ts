import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../sandbox/index.ts';
import { startPostgres } from '../sandbox/postgres/postgres.ts';
import { connectDatabase } from '../src/platform/database/data-source.ts';
import { compareSides, seconds, time } from './grow/compare.ts';
import { relatedOf } from './grow/fill-related.ts';
import { fillSide, startSide } from './grow/side.ts';

const ORDERS_OF_AN_ORGANIZATION = 10;
/** Below this a database has not even the orders in flight. */
const LEAST = 2000;
/** From dist/bench, where it runs. */
const BENCH = join(import.meta.dirname, '..', '..', 'bench');
const RESULTS = join(BENCH, 'results');
const BY_MONTH = '--by-month';

/**
 * Measures the same actions over a database with `beside` orders and over one with `given`: 2,000 and 1,000,000 by
 * default. With --by-month the orders and ledger of the second are partitioned.
 */
export async function benchGrow(args: readonly string[]): Promise<void> {
  const [given = '1000000', rounds = '30', beside = String(LEAST)] = args.filter((arg) => arg !== BY_MONTH);
  for (const orders of [given, beside].map(Number))
    if (!Number.isInteger(orders) || orders < LEAST) throw new Error(`orders: at least ${LEAST}`);
  if (!Number.isInteger(Number(rounds)) || Number(rounds) < 1) throw new Error('rounds: expected a whole number');
  const load = loadavg()[0] ?? 0;
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const postgres = await startPostgres({ directory: join(tmpdir(), `self-topup-bench-${process.pid}`) });
    stops.push(() => postgres.stop());
    const sandbox = await startSandbox();
    stops.push(() => sandbox.stop());
    const related = relatedOf(Number(given));
    const side = async (name: string, orders: number) => {
      const extent = { orders, organizations: orders / ORDERS_OF_AN_ORGANIZATION, largestHasOneIn: 50 };
      const url = await createDatabase(postgres.url, name);
      console.log(`${name}: filled in ${seconds(await time(() => fillSide(url, extent, related)))} s`);
      if (name === 'large' && args.includes(BY_MONTH))
        console.log(`${name}: partitioned in ${seconds(await time(() => partition(url)))} s`);
      const started = await startSide(name, url, extent, sandbox);
      stops.push(() => started.stop());
      return started;
    };
    const sides = [await side('small', Number(beside)), await side('large', Number(given))] as const;
    const command = ['npm run bench -- grow', ...args].join(' ');
    write(
      args.includes(BY_MONTH) ? `${given}-by-month` : given,
      await compareSides(sides, { rounds: Number(rounds), load, command }),
    );
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

async function partition(url: string): Promise<void> {
  const database = await connectDatabase({ url, entities: [], migrations: [], poolSize: 1, statementTimeoutMs: 0 });
  await database.query(readFileSync(join(BENCH, 'grow', 'partition.sql'), 'utf8'));
  await database.query('vacuum analyze');
  await database.destroy();
}

/** The million has the page without a name. */
function write(name: string, result: string): void {
  console.log(result);
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, name === '1000000' ? 'grow.md' : `grow-${name}.md`), result);
}
