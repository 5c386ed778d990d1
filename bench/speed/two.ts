import { CORES, MEASURED_CORE, SECOND_CORE } from '../neighbours/cores.ts';
import type { Ground } from '../neighbours/ground.ts';
import { median } from '../neighbours/load.ts';
import type { Replica } from '../neighbours/replica.ts';
import { holdJobs } from './hold-jobs.ts';
import { type Load, startLoad } from './load.ts';
import { addPendingOrders, countSettled, FIRST_ORDER } from './pending-orders.ts';
import type { Extent } from './reading.ts';
import { openDatabase } from './ways.ts';
import { secretsOf, webhooks } from './webhooks.ts';
import type { Workload } from './workloads.ts';
import { startWriter } from './writer.ts';

/** Per second, of one process and of two together. */
export interface Scaling {
  what: string;
  one: number;
  two: number;
}

interface Pair {
  replica: Replica;
  load: Load;
}

const SETTLED_EACH = 1000;

/**
 * One process of ours, and two on a core each, on one database, each with a load of its own. Where there are but two cores the
 * second process shares its core with the load, PostgreSQL and the neighbours: then this says what the whole machine does.
 */
export async function measureTwo(
  ground: Ground,
  env: Record<string, string>,
  page: Workload,
  extent: Extent,
): Promise<Scaling[]> {
  const { url, database } = await openDatabase(ground);
  await holdJobs(database);
  const pairs: Pair[] = [];
  for (const core of [MEASURED_CORE, SECOND_CORE]) {
    // The load goes where there is room.
    pairs.push({
      replica: await startWriter(ground, { ...env, DATABASE_URL: url }, core),
      load: startLoad(`0-${CORES - 1}`),
    });
  }
  const secrets = secretsOf(ground);
  let next = FIRST_ORDER;

  const pages = async (of: readonly Pair[]) => {
    const outcomes = await Promise.all(
      of.map(({ replica, load }) =>
        load.run({
          url: `${replica.url}/graphql`,
          connections: extent.connections,
          work: { requests: page.requests, seconds: extent.seconds },
        }),
      ),
    );
    return outcomes.reduce((sum, { requests, seconds }) => sum + requests / seconds, 0);
  };
  const settle = async (of: readonly Pair[]) => {
    await addPendingOrders(database, next, SETTLED_EACH * of.length);
    const outcomes = await Promise.all(
      of.map(({ replica, load }, index) =>
        load.run({
          url: `${replica.url}/webhooks/mekari-pay`,
          connections: extent.connections,
          work: {
            requests: webhooks(next + index * SETTLED_EACH, SETTLED_EACH, secrets),
            amount: SETTLED_EACH,
          },
        }),
      ),
    );
    next += SETTLED_EACH * of.length;
    const settled = await countSettled(database);
    if (settled !== next - FIRST_ORDER) throw new Error(`${settled} orders are settled, not ${next - FIRST_ORDER}`);
    // Until the last is done: then the slower of the two alone.
    return (SETTLED_EACH * of.length) / Math.max(...outcomes.map(({ seconds }) => seconds));
  };
  try {
    return [
      { what: 'pages', ...(await inTurn(pages, pairs, extent)) },
      { what: 'webhooks settled', ...(await inTurn(settle, pairs, extent)) },
    ];
  } finally {
    for (const { replica, load } of pairs) {
      load.stop();
      await replica.stop();
    }
  }
}

async function inTurn(run: (of: readonly Pair[]) => Promise<number>, pairs: readonly Pair[], { rounds }: Extent) {
  const rates = { one: [] as number[], two: [] as number[] };
  await run(pairs);
  for (let round = 0; round < rounds; round++) {
    rates.one.push(await run(pairs.slice(0, 1)));
    rates.two.push(await run(pairs));
  }
  return { one: median(rates.one), two: median(rates.two) };
}
