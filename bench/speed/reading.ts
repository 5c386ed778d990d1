import { cpuMs } from '../neighbours/cores.ts';
import { median } from '../neighbours/load.ts';
import type { Load } from './load.ts';
import type { Server } from './servers.ts';
import type { Workload } from './workloads.ts';

export interface Extent {
  seconds: number;
  rounds: number;
  connections: number;
}

export interface Figures {
  requestsPerSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Microseconds of CPU that the server used for one request, in all its threads. */
  cpuPerRequest: number;
  /** The share of its core's time that the server used: well below 1, somebody else was the brake. */
  busy: number;
}

/**
 * On one core the engine's compiler shares it with what it compiles: it takes long until all that is hot is fast, and less for the
 * workloads that come after the first.
 */
const WARM_UP_SECONDS = { first: 12, later: 3 };
const warm = new WeakSet<Server>();

/** Rounds in which every server has its turn, in another order each time; medians over the rounds, each figure by itself. */
export async function measureReading(
  load: Load,
  servers: readonly Server[],
  workload: Workload,
  extent: Extent,
): Promise<ReadonlyMap<Server['name'], Figures>> {
  const runs = new Map(servers.map(({ name }): [Server['name'], Figures[]] => [name, []]));
  for (const server of servers) {
    const seconds = warm.has(server) || server.name === 'bare' ? WARM_UP_SECONDS.later : WARM_UP_SECONDS.first;
    await measureOnce(load, server, workload, { ...extent, seconds: Math.max(extent.seconds, seconds) });
    warm.add(server);
  }
  for (let round = 0; round < extent.rounds; round++) {
    const first = round % servers.length;
    for (const server of [...servers.slice(first), ...servers.slice(0, first)]) {
      const figures = await measureOnce(load, server, workload, extent);
      if (figures === undefined) throw new Error(`${server.name} answered nobody in time: it takes more --seconds`);
      runs.get(server.name)?.push(figures);
    }
  }
  return new Map([...runs].map(([name, figures]) => [name, medianOf(figures)]));
}

async function measureOnce(
  load: Load,
  server: Server,
  workload: Workload,
  extent: Extent,
): Promise<Figures | undefined> {
  const before = cpuMs(server.pid);
  const { requests, seconds, p50, p99 } = await load.run({
    url: server.url(workload.name),
    connections: extent.connections,
    work: { requests: workload.requests, seconds: extent.seconds },
  });
  const cpu = cpuMs(server.pid) - before;
  if (requests === 0) return undefined;
  return {
    requestsPerSecond: requests / seconds,
    p50,
    p99,
    cpuPerRequest: (cpu * 1000) / requests,
    busy: cpu / (seconds * 1000),
  };
}

function medianOf(runs: readonly Figures[]): Figures {
  const of = (name: keyof Figures) => median(runs.map((run) => run[name]));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    p50: of('p50'),
    p99: of('p99'),
    cpuPerRequest: of('cpuPerRequest'),
    busy: of('busy'),
  };
}
