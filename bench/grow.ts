import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startSandbox } from '../sandbox/index.ts';
import { startPostgres } from '../sandbox/postgres/postgres.ts';
import { connectDatabase } from '../src/platform/database/data-source.ts';
import { compareSides, seconds, time } from './grow/compare.ts';
import type { Extent } from './grow/fill-orders.ts';
import { fillSide, startSide } from './grow/side.ts';

const SMALL = { orders: 2000, organizations: 200, largestHasOneIn: 50 };
const ORDERS_OF_AN_ORGANIZATION = 10;
/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'grow.md');

/** Measures the same actions over a small database and over one with this many orders: 1,000,000 by default. */
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
    const large = { orders, organizations: orders / ORDERS_OF_AN_ORGANIZATION, largestHasOneIn: 50 };
    const side = async (name: string, extent: Extent) => {
      const url = await createDatabase(postgres.url, name);
      console.log(`${name}: filled in ${seconds(await time(() => fillSide(url, extent)))} s`);
      const started = await startSide(name, url, extent, sandbox);
      stops.push(() => started.stop());
      return started;
    };
    write(await compareSides([await side('small', SMALL), await side('large', large)], Number(rounds), load));
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

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
