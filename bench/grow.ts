import { mkdirSync, writeFileSync } from 'node:fs';
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
const RESULTS = join(import.meta.dirname, '..', '..', 'bench', 'results');

/**
 * Measures the same actions over a database with `beside` orders and over one with `given`: 2,000 and 1,000,000 by
 * default.
 */
export async function benchGrow(args: readonly string[]): Promise<void> {
  const [given = '1000000', rounds = '30', beside = String(LEAST)] = args;
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
      const started = await startSide(name, url, extent, sandbox);
      stops.push(() => started.stop());
      return started;
    };
    const sides = [await side('small', Number(beside)), await side('large', Number(given))] as const;
    const command = ['npm run bench -- grow', ...args].join(' ');
    write(given, await compareSides(sides, { rounds: Number(rounds), load, command }));
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

/** Ten million orders have a page of their own beside the million's. */
function write(orders: string, result: string): void {
  console.log(result);
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, orders === '1000000' ? 'grow.md' : `grow-${orders}.md`), result);
}
