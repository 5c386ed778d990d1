import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { OTHER_CORE, stayOn } from './neighbours/cores.ts';
import { type Ground, root, startGround } from './neighbours/ground.ts';
import { memoryOf } from './neighbours/memory.ts';
import { redisVersion, startRedis } from './neighbours/redis.ts';
import { measureFollowed } from './speed/followed.ts';
import { missed } from './speed/goals.ts';
import { type Load, startLoad } from './speed/load.ts';
import { addPendingOrders, FIRST_ORDER } from './speed/pending-orders.ts';
import { findPgbench } from './speed/pgbench.ts';
import { profile } from './speed/profile.ts';
import { profileTable } from './speed/profile-shares.ts';
import { type Extent, measureReading } from './speed/reading.ts';
import {
  followedText,
  packageVersions,
  type Reported,
  report,
  scalingTable,
  section,
  writingTable,
} from './speed/report.ts';
import { assertSameAnswers } from './speed/same-answers.ts';
import { SERVERS, type Server, type ServerName, startServer } from './speed/servers.ts';
import { measureTwo } from './speed/two.ts';
import { openDatabase, type Place } from './speed/ways.ts';
import { AWAITED_ORDERS, WORKLOADS, type Workload, type WorkloadName, workloads } from './speed/workloads.ts';
import { measureWriting, WRITING, type WritingName } from './speed/writing.ts';

const RESULT = join(root, 'bench/results/speed.md');
const ORDERS_OF_EACH = 100;
const ORGANIZATIONS = 1000;
const FOLLOWED = 'followed';
const TWO = 'two';

const USAGE = `npm run bench -- speed [--workloads …] [--servers …] [--profile …] [--seconds 2] [--rounds 5] [--connections 20]`;

/**
 * Measures this server beside three others and bare Node, and beside pgbench where it writes. A full run takes about eleven minutes
 * and writes bench/results/speed.md. With `--workloads page,settle`, `--servers ours,mercurius` or `--profile page` it does only
 * that, and prints it.
 */
export async function benchSpeed(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const extent = {
    seconds: positive('seconds', values.seconds),
    rounds: positive('rounds', values.rounds),
    connections: positive('connections', values.connections),
  };
  const isWhole = [values.workloads, values.servers, values.profile].every((given) => given === undefined);
  const everything = [...WORKLOADS, ...Object.keys(WRITING), FOLLOWED, TWO];
  const wanted = among('workloads', values.workloads ?? (values.profile === undefined ? undefined : ''), everything);
  const profiled = among('profile', values.profile ?? '', WORKLOADS) as WorkloadName[];
  const isWanted = (name: string) => wanted.includes(name);
  const names = among('servers', values.servers, Object.keys(SERVERS)) as ServerName[];
  const before = loadavg()[0] ?? 0;
  stayOn(OTHER_CORE);
  const ground = await startGround({ ordersOfEach: ORDERS_OF_EACH, organizations: ORGANIZATIONS, everyOption: true });
  const load = startLoad();
  ground.onStop(async () => load.stop());
  try {
    const redis = redisVersion() === undefined ? undefined : await startRedis();
    if (redis) ground.onStop(redis.kill);
    const env: Record<string, string> = redis ? { REDIS_URL: redis.url } : {};
    const all = await workloads(ground);
    const place = await openDatabase(ground);
    await addPendingOrders(place.database, FIRST_ORDER, AWAITED_ORDERS);
    const chosen = all.filter(({ name }) => isWanted(name));
    const read = await reading({ ground, place, load, env, extent, names, chosen });
    const ordered = (Object.keys(WRITING) as WritingName[]).filter(isWanted);
    const writing = await measureWriting(ground, load, env, ordered, extent);
    if (writing.size > 0) console.log(writingTable(writing));
    const followed = isWanted(FOLLOWED) ? await measureFollowed(ground, load, env, extent) : undefined;
    if (followed) console.log(followedText(followed));
    const [page] = all;
    const scaling = page && isWanted(TWO) ? await measureTwo(ground, env, page, extent) : [];
    if (scaling.length > 0) console.log(scalingTable(scaling));
    const profiles: Reported['profiles'] = new Map();
    const missedGoals = isWhole ? missed({ reading: read.reading, writing }) : [];
    for (const workload of all.filter(({ name }) => [...profiled, ...missedGoals].includes(name))) {
      const shares = await profile(ground, load, { ...env, DATABASE_URL: place.url }, workload, extent);
      profiles.set(workload.name, shares);
      console.log(`${workload.title}\n\n${profileTable(shares)}\n`);
    }
    const versions = {
      Node: process.versions.node,
      PostgreSQL: ground.serverVersion,
      Redis: redisVersion(),
      pgbench: findPgbench()?.version,
      ...packageVersions(),
    };
    if (isWhole) {
      const measured = { ...read, writing, followed, scaling, profiles };
      write(report({ ...measured, workloads: chosen, extent, versions, load: before }));
    }
  } finally {
    await ground.stop();
  }
}

const OPTIONS = {
  seconds: { type: 'string', default: '2' },
  rounds: { type: 'string', default: '5' },
  connections: { type: 'string', default: '20' },
  workloads: { type: 'string' },
  servers: { type: 'string' },
  profile: { type: 'string' },
} as const;

function positive(name: string, text: string): number {
  if (!(Number(text) > 0)) throw new Error(`${name}: expected a number above zero\n${USAGE}`);
  return Number(text);
}

/** All of them where nothing is given; none for an empty text. */
function among(name: string, given: string | undefined, possible: readonly string[]): readonly string[] {
  const named = given?.split(',').filter((each) => each !== '') ?? possible;
  if (named.every((each) => possible.includes(each))) return named;
  throw new Error(`${name}: expected some of ${possible.join(',')}\n${USAGE}`);
}

interface Reading {
  ground: Ground;
  place: Place;
  load: Load;
  env: Record<string, string>;
  extent: Extent;
  names: readonly ServerName[];
  chosen: readonly Workload[];
}

async function reading({ ground, place, load, env, extent, names, chosen }: Reading) {
  const measured: Pick<Reported, 'reading' | 'bytes' | 'memory'> = {
    reading: new Map(),
    bytes: new Map(),
    memory: new Map(),
  };
  if (chosen.length === 0) return measured;
  const settings = { ...env, DATABASE_URL: place.url };
  const servers: Server[] = [];
  for (const name of names) servers.push(await startServer(name, ground, settings));
  const answers = await assertSameAnswers(
    servers.filter(({ name }) => name !== 'bare'),
    chosen,
  );
  const bytes = new Map([...answers].map(([name, body]) => [name, Buffer.byteLength(body)]));
  for (const server of servers) for (const [name, body] of answers) await server.learn(name, body);
  const figures: Map<Workload['name'], Awaited<ReturnType<typeof measureReading>>> = new Map();
  for (const workload of chosen) {
    figures.set(workload.name, await measureReading(load, servers, workload, extent));
    console.log(`${section(workload, { reading: figures, bytes })}\n`);
  }
  const memory = new Map(servers.map(({ name, pid }) => [name, memoryOf(pid)]));
  for (const server of servers) await server.stop();
  return { reading: figures, bytes, memory };
}

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
