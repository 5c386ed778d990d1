import type { Ground } from '../neighbours/ground.ts';
import { median } from '../neighbours/load.ts';
import { holdJobs } from './hold-jobs.ts';
import type { Load } from './load.ts';
import { findPgbench } from './pgbench.ts';
import type { Extent } from './reading.ts';
import { recordScripts } from './record-scripts.ts';
import { openDatabase, orderByPgbench, orderByUs, type Run, settleByPgbench, settleByUs, type Way } from './ways.ts';
import { secretsOf } from './webhooks.ts';
import { tokensOf } from './workloads.ts';
import { startWriter } from './writer.ts';

export type WritingName = 'settle' | 'order';

export const WRITING: Record<WritingName, string> = {
  settle: 'webhook settled',
  order: 'order created and confirmed',
};

export interface Writing extends Run {
  /** To the database and back, for one order. */
  trips: number;
  /** Orders per second of the same statements by pgbench; undefined where there is none. */
  pgbench: number | undefined;
}

const CALIBRATION = 400;

/** Orders settled, and orders created and confirmed: by our server, and by pgbench with the statements that it sends. */
export async function measureWriting(
  ground: Ground,
  load: Load,
  env: Record<string, string>,
  names: readonly WritingName[],
  extent: Extent,
): Promise<ReadonlyMap<WritingName, Writing>> {
  if (names.length === 0) return new Map();
  const scripts = await recordScripts(ground, env);
  const ours = await openDatabase(ground);
  const theirs = await openDatabase(ground);
  await holdJobs(ours.database);
  const server = await startWriter(ground, { ...env, DATABASE_URL: ours.url });
  const { connections } = extent;
  const tokens = await tokensOf(ground, connections);
  const us = { ...ours, load, server, connections };
  const pgbench = findPgbench();
  const settle = settleByUs(us, secretsOf(ground));
  const them = pgbench && { ...theirs, pgbench, clients: connections };
  const ways: Record<WritingName, Way[]> = {
    settle: [settle, ...(them ? [settleByPgbench(them, scripts.settle)] : [])],
    order: [orderByUs(us, tokens), ...(them ? [orderByPgbench(them, scripts.order)] : [])],
  };
  const measured = new Map<WritingName, Writing>();
  for (const name of names) {
    const [own, replayed] = await inTurn(ways[name], extent);
    if (own === undefined) throw new Error('nothing was measured');
    measured.set(name, { ...own, trips: scripts[name].trips, pgbench: replayed?.perSecond });
  }
  await server.stop();
  return measured;
}

/** As many orders each time as take about the wanted seconds; medians over the rounds. */
export async function inTurn(ways: readonly Way[], { seconds, rounds, connections }: Extent): Promise<Run[]> {
  const all: { way: Way; orders: number; runs: Run[] }[] = [];
  for (const way of ways) {
    const { perSecond } = await way(CALIBRATION);
    all.push({ way, orders: Math.max(1, Math.round((perSecond * seconds) / connections)) * connections, runs: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { way, orders, runs } of round % 2 === 0 ? all : all.toReversed()) runs.push(await way(orders));
  }
  return all.map(({ runs }) => {
    const of = (name: keyof Run) => median(runs.map((run) => run[name]));
    return {
      perSecond: of('perSecond'),
      p50: of('p50'),
      p99: of('p99'),
      cpuPerOrder: of('cpuPerOrder'),
      busy: of('busy'),
    };
  });
}
