import { setTimeout as sleep } from 'node:timers/promises';
import { buyUntilBooked, keepBuying } from './buyer.ts';
import type { Caller } from './caller.ts';
import { type Ground, WHOLE_PAGE } from './ground.ts';
import { load, medianOf, type Run } from './load.ts';
import { askPage, range } from './page.ts';
import type { Redis } from './redis.ts';
import { type Replica, startReplica } from './replica.ts';
import { CONNECTIONS, type Kind, type Situation, situations } from './situations.ts';
import { table } from './table.ts';
import { startWire } from './wire.ts';

export interface Extent {
  seconds: number;
  rounds: number;
}

const REDIS_DELAY_MS = 150;
/** Longer than the second for which forgetful replicas keep an answer. */
const FORGOTTEN_MS = 1100;
/** A page with an asOf younger than this comes from a recent answer of hub-core. */
const CURRENT_MS = 2500;

/**
 * Measures the top-up page under the same load in each situation; rounds alternate, so that other load on the machine
 * affects all alike.
 */
export async function failing(ground: Ground, redis: Redis | undefined, { seconds, rounds }: Extent): Promise<string> {
  const replicas = await startReplicas(ground, redis);
  ground.sandbox.mekariPay.setWebhookUrl(`${replicas.usual.url}/webhooks/mekari-pay`);
  const all = situations(ground, redis);
  const runs = new Map<string, Run[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const situation of all) {
      const run = await measure(ground, replicas[situation.on], situation, seconds);
      runs.get(situation.name)?.push(run);
    }
  }
  for (const replica of new Set(Object.values(replicas))) await replica.stop();
  return report(all, runs);
}

/** Each situation has a database and a part of Redis of its own. */
async function startReplicas(ground: Ground, redis: Redis | undefined): Promise<Record<Kind, Replica>> {
  const start = async (part: number, port: number | undefined, env: Record<string, string> = {}) =>
    startReplica(ground, {
      DATABASE_URL: await ground.database(),
      ...(port === undefined ? {} : { REDIS_URL: `redis://127.0.0.1:${port}/${part}` }),
      ...env,
    });
  const usual = await start(0, redis?.port);
  const forgetsPrices = await start(1, redis?.port, { PRICE_TTL_SECONDS: '1' });
  const forgetsOrganizations = await start(2, redis?.port, { ORGANIZATION_TTL_SECONDS: '1' });
  const all = { usual, forgetsPrices, forgetsOrganizations, slowRedis: usual };
  if (redis === undefined) return all;
  const wire = await startWire(redis.port, { delayMs: REDIS_DELAY_MS });
  ground.onStop(wire.stop);
  return { ...all, slowRedis: await start(3, wire.port) };
}

async function measure(ground: Ground, replica: Replica, situation: Situation, seconds: number): Promise<Run> {
  const { sandbox, organizations } = ground;
  const isWell = situation.name === situation.against;
  const asked = Array.from({ length: CONNECTIONS }, (_, index) => organizations[index % situation.organizations] ?? '');
  const buyerOf = organizations[CONNECTIONS] ?? '';
  const callers = await replica.callers(asked);
  const [buyer] = await replica.callers([buyerOf]);
  if (buyer === undefined) throw new Error('there is no buyer');
  try {
    await untilWell(replica, callers, situation.on === 'forgetsOrganizations');
    await situation.begin();
    const buying = situation.buys ? keepBuying(buyer, buyerOf, sandbox) : undefined;
    if (!isWell && situation.on.startsWith('forgets')) await sleep(FORGOTTEN_MS);
    const run = await load(callers, seconds * situation.long);
    await buying?.stop();
    await situation.end();
    if (situation.buys) await buyUntilBooked(buyer, buyerOf, sandbox);
    return run;
  } finally {
    for (const caller of [...callers, buyer]) caller.close();
  }
}

/**
 * Waits until every page is complete and the failed neighbour is in use again, so that no situation affects the next.
 */
async function untilWell(replica: Replica, callers: readonly Caller[], current: boolean): Promise<void> {
  for (;;) {
    const pages = await Promise.all(callers.map(askPage));
    const areWhole = pages.every(
      ({ shown }) =>
        shown?.rows === WHOLE_PAGE.rows &&
        shown.owed === WHOLE_PAGE.owed &&
        (!current || Date.now() - shown.asOf < CURRENT_MS),
    );
    if (areWhole && (await replica.redis()) !== 'down') return;
    await sleep(100);
  }
}

function report(all: readonly Situation[], runs: ReadonlyMap<string, readonly Run[]>): string {
  const figuresOf = (name: string) => medianOf((runs.get(name) ?? []).map(({ figures }) => figures));
  const rows = all.map(({ name, against }) => {
    const { requestsPerSecond, p50, p99, slowest } = figuresOf(name);
    const well = figuresOf(against);
    const pages = (runs.get(name) ?? []).flatMap((run) => run.pages);
    const shown = pages.flatMap((page) => page.shown ?? []);
    const ratio = (value: number, usual: number) => (name === against ? '' : (value / usual).toFixed(2));
    return [
      name,
      requestsPerSecond.toFixed(0),
      ratio(requestsPerSecond, well.requestsPerSecond),
      p50.toFixed(1),
      ratio(p50, well.p50),
      p99.toFixed(1),
      ratio(p99, well.p99),
      slowest.toFixed(0),
      range(shown.map((page) => page.rows)),
      range(shown.map(({ owed }) => owed)),
      String(pages.length - shown.length),
    ];
  });
  const head = ['', 'pages/s', 'ratio', 'p50 ms', 'ratio', 'p99 ms', 'ratio', 'slowest ms', 'rows', 'owed', 'errors'];
  return table(head, rows);
}
