import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connectDatabase } from '../src/platform/database/data-source.ts';
import { fillLedger } from './fill-ledger.ts';
import { OTHER_CORE, stayOn } from './neighbours/cores.ts';
import { type Ground, root, startGround } from './neighbours/ground.ts';
import { table } from './neighbours/table.ts';
import { holdJobs } from './speed/hold-jobs.ts';
import { startLoad } from './speed/load.ts';
import { findPgbench } from './speed/pgbench.ts';
import { recordScripts } from './speed/record-scripts.ts';
import { openDatabase, type Place, type Run, settleByPgbench, settleByUs, type Way } from './speed/ways.ts';
import { secretsOf } from './speed/webhooks.ts';
import { startWriter } from './speed/writer.ts';
import { inTurn } from './speed/writing.ts';

const RESULT = join(root, 'bench/results/beside.md');
/** As in the bench of speed. */
const EXTENT = { ordersOfEach: 100, organizations: 1000, everyOption: true };
const WITH_ORDERS = 200;
const USAGE = 'npm run bench -- beside DIRECTORY [--name TEXT] [--seconds 2] [--rounds 9] [--connections 20]';
const OPTIONS = {
  seconds: { type: 'string', default: '2' },
  rounds: { type: 'string', default: '9' },
  connections: { type: 'string', default: '20' },
  name: { type: 'string', default: 'the other build' },
} as const;

/**
 * Settles exact webhooks by this build, by another one, and by pgbench with the statement of this build, in turns: medians.
 * DIRECTORY holds the other build's sources, with its packages and `dist/`. Each has a database of its own, filled alike.
 */
export async function benchBeside(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [directory] = positionals;
  if (directory === undefined) throw new Error(`which build? ${USAGE}`);
  const extent = {
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
    connections: Number(values.connections),
  };
  const before = loadavg()[0] ?? 0;
  stayOn(OTHER_CORE);
  const ground = await startGround(EXTENT);
  const load = startLoad();
  ground.onStop(async () => load.stop());
  try {
    const scripts = await recordScripts(ground, {});
    const settleBy = async (place: Place, file?: string): Promise<Way> => {
      await holdJobs(place.database);
      const server = await startWriter(ground, { DATABASE_URL: place.url }, undefined, file);
      return settleByUs({ ...place, load, server, connections: extent.connections }, secretsOf(ground));
    };
    const ways = new Map([
      ['this build', await settleBy(await openDatabase(ground))],
      [
        values.name,
        await settleBy(await databaseOf(ground, resolve(directory)), join(resolve(directory), 'dist/server/main.js')),
      ],
    ]);
    const pgbench = findPgbench();
    const clients = extent.connections;
    if (pgbench)
      ways.set('pgbench', settleByPgbench({ ...(await openDatabase(ground)), pgbench, clients }, scripts.settle));
    const runs = await inTurn([...ways.values()], extent);
    write(text([...ways.keys()], runs, { ...extent, version: ground.serverVersion, load: before }));
  } finally {
    await ground.stop();
  }
}

/** A database that the other build migrates by its own command. */
async function databaseOf(ground: Ground, directory: string): Promise<Place> {
  const { database: admin, url: adminUrl } = await openDatabase(ground);
  await admin.query('create database other_build');
  const url = new URL(adminUrl);
  url.pathname = '/other_build';
  const env = { PATH: process.env['PATH'], ...ground.sandbox.environment(), DATABASE_URL: url.toString() };
  const file = join(directory, 'dist/src/commands/migrate.js');
  const child = spawn(process.execPath, [file], { cwd: directory, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
  const options = { url: url.toString(), entities: [], migrations: [], poolSize: 2, statementTimeoutMs: 0 };
  const database = await connectDatabase(options);
  ground.onStop(() => database.destroy());
  await fillLedger(database, { rows: WITH_ORDERS * EXTENT.ordersOfEach * 2, organizations: WITH_ORDERS });
  return { url: url.toString(), database };
}

interface Facts {
  seconds: number;
  rounds: number;
  connections: number;
  version: string;
  load: number;
}

function text(
  names: readonly string[],
  runs: readonly Run[],
  { seconds, rounds, connections, version, load }: Facts,
): string {
  const [ours] = runs;
  const rows = runs.map(({ perSecond, p50, p99, cpuPerOrder }, index) => {
    const figures = [p50, p99].map((ms) => (Number.isNaN(ms) ? '' : ms.toFixed(1)));
    const cpu = Number.isNaN(cpuPerOrder) ? '' : cpuPerOrder.toFixed(0);
    return [names[index] ?? '', perSecond.toFixed(0), ...figures, cpu, ((ours?.perSecond ?? 0) / perSecond).toFixed(2)];
  });
  return `# Settlement beside another build

${new Date().toISOString().slice(0, 10)}, PostgreSQL ${version} with its default settings, Node ${process.versions.node}. \`npm run bench -- beside DIRECTORY\`.
The load average was ${load.toFixed(1)} before it began.

Webhooks that say exactly the sum of an order, each about another one, over ${connections} connections: each server settles for ${seconds} s
at a time, in turns, on one core that the others leave idle meanwhile; medians of ${rounds} rounds. \`pgbench\` sends the statements of this
build over as many connections, from the same core. "Of it" is this build's settlements a second by those of the row.

${table(['settled by', 'a second', 'median ms', '99 % ms', 'CPU µs each', 'of it'], rows)}
`;
}

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
