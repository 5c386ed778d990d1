import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { CORES, MEASURED_CORE, OTHER_CORE, stayOn } from './neighbours/cores.ts';
import { type Ground, root, startGround } from './neighbours/ground.ts';
import { median } from './neighbours/load.ts';
import { memoryOf } from './neighbours/memory.ts';
import { redisVersion, startRedis } from './neighbours/redis.ts';
import { type Replica, startReplica } from './neighbours/replica.ts';
import { table } from './neighbours/table.ts';
import { type Load, startLoad } from './speed/load.ts';
import { NO_END_OF_MUTATIONS } from './speed/servers.ts';
import { openDatabase, orderByUs, settleByUs } from './speed/ways.ts';
import { secretsOf } from './speed/webhooks.ts';
import { tokensOf, workloads } from './speed/workloads.ts';

const RESULT = join(root, 'bench/results/memory.md');
const ORGANIZATIONS = 1000;
const ORDERS_OF_EACH = 100;
const STARTS = 5;
const CONNECTIONS = 20;
const TENTHS = 10;
/** The requests of every tenth: this many pages per created and confirmed order, and per paid one. */
const PAGES_TO_AN_ORDER = 100;
const GOALS = { peakMegabytes: 250, startSeconds: 1.5 };

/**
 * Measures the memory of the server while it does the work of an hour at 50 pages a second, as fast as possible, with
 * orders created, confirmed, paid, booked and mailed in between; and measures its start time. Takes about five minutes.
 */
export async function benchMemory([pages = '180000']: readonly string[]): Promise<void> {
  const each = Math.ceil(Number(pages) / TENTHS);
  if (!(each > 0)) throw new Error('pages: expected a number above zero');
  const before = loadavg()[0] ?? 0;
  stayOn(OTHER_CORE);
  const ground = await startGround({ organizations: ORGANIZATIONS, ordersOfEach: ORDERS_OF_EACH, everyOption: true });
  const load = startLoad();
  ground.onStop(async () => load.stop());
  try {
    const redis = redisVersion() === undefined ? undefined : await startRedis();
    if (redis) ground.onStop(redis.kill);
    const place = await openDatabase(ground);
    const settings: Record<string, string> = {
      DATABASE_URL: place.url,
      MUTATIONS_PER_MINUTE: NO_END_OF_MUTATIONS,
      MAX_ORDERS_AWAITING_PAYMENT: '0',
      MAX_LIVE_DRAFTS: '0',
      ...(redis && { REDIS_URL: redis.url }),
    };
    const starts: number[] = [];
    for (let start = 0; start < STARTS; start++) {
      const startedAt = performance.now();
      const { stop } = await startReplica(ground, settings, MEASURED_CORE);
      starts.push((performance.now() - startedAt) / 1000);
      await stop();
    }
    const server = await startReplica(ground, settings, MEASURED_CORE);
    const samples = await sample(ground, { load, server, place, each });
    write(report({ samples, starts, server, each, before, version: ground.serverVersion }));
  } finally {
    await ground.stop();
  }
}

interface Parts {
  load: Load;
  server: Replica;
  place: Awaited<ReturnType<typeof openDatabase>>;
  each: number;
}

/** Megabytes at readiness, after a warm-up tenth, and after each of ten more. */
async function sample(ground: Ground, { load, server, place, each }: Parts): Promise<number[]> {
  const us = { ...place, load, server, connections: CONNECTIONS };
  const create = orderByUs(us, await tokensOf(ground, CONNECTIONS));
  const settle = settleByUs(us, secretsOf(ground));
  const reads = (await workloads(ground, ORGANIZATIONS)).filter(
    ({ name }) => name === 'page' || name === 'long-history',
  );
  const orders = Math.max(CONNECTIONS, Math.round(each / PAGES_TO_AN_ORDER));
  const samples = [memoryOf(server.pid).now];
  for (let tenth = 0; tenth <= TENTHS; tenth++) {
    for (const { name, requests } of reads) {
      const amount = name === 'page' ? each : orders;
      await load.run({ url: `${server.url}/graphql`, connections: CONNECTIONS, work: { requests, amount } });
    }
    await create(orders);
    await settle(orders);
    samples.push(memoryOf(server.pid).now);
    // The neighbours' request logs are not needed.
    for (const each of [ground.sandbox.hubCore, ground.sandbox.mekariBilling, ground.sandbox.mekariPay])
      each.clearRequests();
    console.log(`${tenth} of ${TENTHS}: ${samples.at(-1)?.toFixed(0)} MB`);
  }
  return samples;
}

interface Reported {
  samples: readonly number[];
  starts: readonly number[];
  server: Replica;
  each: number;
  before: number;
  version: string;
}

function report({ samples, starts, server, each, before, version }: Reported): string {
  const { peak } = memoryOf(server.pid);
  const [ready = Number.NaN, warm = Number.NaN, ...tenths] = samples;
  const grown = (since = Number.NaN) => (tenths.at(-1) ?? Number.NaN) - since;
  const start = median(starts);
  const goal = (reached: boolean) => (reached ? 'reached' : 'not reached');
  return `# Memory, and the start

${new Date().toISOString().slice(0, 10)}. PostgreSQL ${version}, Redis ${redisVersion() ?? 'not installed'}, Node ${process.versions.node}. \`npm run bench -- memory\`: the built server with
the flags of \`npm start\`, on a core of its own. The machine's load average was ${before.toFixed(1)} before it began, on ${CORES} cores.

${each * TENTHS} top-up pages of ${ORGANIZATIONS} organizations, as many as in an hour of ${((each * TENTHS) / 3600).toFixed(0)} a second, as fast as it goes over ${CONNECTIONS} connections; in between, for
each hundred pages, one page of a hundred orders, one order created and confirmed, and one paid, booked and told of by e-mail.
Resident memory (VmRSS) in MB after each tenth, the first of which is over before it counts.

${table(['ready', 'warm', ...tenths.map((_, index) => String(index + 1))], [[ready, warm, ...tenths].map((mb) => mb.toFixed(0))])}

${table(
  ['', 'wanted', 'measured', ''],
  [
    ['peak (VmHWM), MB', `< ${GOALS.peakMegabytes}`, peak.toFixed(0), goal(peak < GOALS.peakMegabytes)],
    ['growth after warm-up, MB', '', grown(warm).toFixed(0), ''],
    ['growth over the last five tenths, MB', '', grown(tenths.at(-6)).toFixed(0), ''],
    [
      `start to ready, s (median of ${STARTS})`,
      `< ${GOALS.startSeconds}`,
      start.toFixed(2),
      goal(start < GOALS.startSeconds),
    ],
  ],
)}
`;
}

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
