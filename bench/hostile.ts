import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { assertRefused, attack, type Refusal } from './hostile/attack.ts';
import { DEAREST } from './hostile/dearest.ts';
import { HOSTILE_REQUESTS } from './hostile/index.ts';
import { whileAsking } from './hostile/innocent.ts';
import type { Caller } from './neighbours/caller.ts';
import { startGround } from './neighbours/ground.ts';
import { type Figures, median } from './neighbours/load.ts';
import { memoryOf } from './neighbours/memory.ts';
import { startReplica } from './neighbours/replica.ts';
import { table } from './neighbours/table.ts';

/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'hostile.md');
const CONNECTIONS = 4;
const PAUSE_MS = 25;
/** The largest number of organizations that one page can hold. */
const ORDERS_OF_EACH = 100;

/**
 * Sends a hundred and more hostile requests to the built server, one after the other without a pause, while an innocent
 * caller reads pages; then sends the most expensive accepted documents in a loop. Takes about two minutes by default.
 */
export async function benchHostile([seconds = '4', rounds = '5']: readonly string[]): Promise<void> {
  const extent = { seconds: Number(seconds), rounds: Number(rounds) };
  if (!(extent.seconds > 0)) throw new Error('seconds: expected a number above zero');
  if (!Number.isInteger(extent.rounds) || extent.rounds < 1) throw new Error('rounds: expected a whole number');
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const ground = await startGround({ ordersOfEach: ORDERS_OF_EACH });
  try {
    const replica = await startReplica(ground, {
      DATABASE_URL: await ground.database(),
      // The caller may use introspection.
      GRAPH_SCHEMA_PUBLIC: 'on',
    });
    const [innocent = '', hostile = ''] = ground.organizations;
    const callers = await replica.callers(Array.from({ length: CONNECTIONS }, () => innocent));
    const [attacker] = await replica.callers([hostile]);
    if (attacker === undefined) throw new Error('there is no attacker');
    const measured = await measure(callers, attacker, extent);
    write(report({ ...measured, ...extent, load, peak: memoryOf(replica.pid).peak, postgres: ground.serverVersion }));
    for (const caller of [...callers, attacker]) caller.close();
  } finally {
    await ground.stop();
  }
}

interface Situation {
  name: string;
  /** Runs the attacker until its time is over; returns the duration of each request. */
  act: (isOver: () => boolean) => Promise<number[]>;
}

async function measure(innocents: readonly Caller[], attacker: Caller, extent: { seconds: number; rounds: number }) {
  const refusals: Refusal[] = [];
  const refused = async (pauseMs: number) => {
    const round = await attack(attacker, pauseMs);
    assertRefused(round);
    refusals.push(...round);
    return round.map(({ ms }) => ms);
  };
  const all: Situation[] = [
    { name: 'idle', act: async () => [] },
    { name: 'hostile requests without a pause', act: () => refused(0) },
    { name: `hostile requests ${PAUSE_MS} ms apart`, act: () => refused(PAUSE_MS) },
    ...DEAREST.map(({ name, query }) => ({ name, act: (isOver: () => boolean) => repeat(attacker, query, isOver) })),
  ];
  // Warms the caches of prices and organizations, and the engine's compiled code.
  await whileAsking(innocents, extent.seconds, attack(attacker));
  const runs = new Map<string, { figures: Figures; times: number[] }[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < extent.rounds; round++) {
    for (const { name, act } of all) {
      const over = performance.now() + extent.seconds * 1000;
      const acting = act(() => performance.now() > over);
      const figures = await whileAsking(innocents, extent.seconds, acting);
      runs.get(name)?.push({ figures, times: await acting });
    }
  }
  return { refusals, runs };
}

async function repeat(caller: Caller, query: string, isOver: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (!isOver()) {
    const { status, ms, body } = await caller.graph(query === '' ? getIntrospectionQuery() : query);
    if (status !== 200 || body.includes('"errors"')) throw new Error(`${status} ${body.slice(0, 300)}`);
    times.push(ms);
  }
  return times;
}

type Reported = Awaited<ReturnType<typeof measure>> & {
  seconds: number;
  rounds: number;
  load: string;
  peak: number;
  postgres: string;
};

const report = ({ refusals, runs, seconds, rounds, load, peak, postgres }: Reported) => `# Hostile requests

${new Date().toISOString().slice(0, 10)}, PostgreSQL ${postgres}, Node ${process.versions.node}. \`npm run bench -- hostile\`: the server with the
flags of \`npm start\`, its neighbours, its database and the load share one machine. Its load average was ${load} before it began, on
${availableParallelism()} cores.

## Refused

Every request by its kind: how many there are, how they are answered, and the slowest of ${rounds} rounds. ${HOSTILE_REQUESTS.length} in all.

${refusedTable(refusals)}

## An innocent caller meanwhile

The top-up page, 50 times a second over ${CONNECTIONS} connections, timed from when it was due: alone ("idle"), beside all hostile requests
one after the other, and beside one buyer who asks for something dear that is allowed, again as soon as it is answered. At least
${seconds} seconds each, ${rounds} rounds that take turns; medians over the rounds. The ratio is to idle.

${innocentTable(runs)}

The server's memory was ${peak.toFixed(0)} MB at its most (VmHWM).
`;

function refusedTable(refusals: readonly Refusal[]): string {
  const rows = [...Map.groupBy(refusals, ({ request }) => request.kind)].map(([kind, of]) => [
    kind,
    String(new Set(of.map(({ request }) => request.name)).size),
    [...new Set(of.map(({ status }) => status))].join(', '),
    [...new Set(of.map(({ code }) => code ?? '-'))].join(', '),
    Math.max(...of.map(({ ms }) => ms)).toFixed(0),
  ]);
  return table(['kind', 'requests', 'status', 'code', 'slowest ms'], rows);
}

function innocentTable(runs: Reported['runs']): string {
  const of = (name: string, figure: 'p50' | 'p99') =>
    median((runs.get(name) ?? []).map(({ figures }) => figures[figure]));
  const rows = [...runs].map(([name, rounds]) => {
    const times = rounds.flatMap((round) => round.times);
    const ratio = (figure: 'p50' | 'p99') => (of(name, figure) / of('idle', figure)).toFixed(2);
    const own = times.length === 0 ? ['', ''] : [median(times).toFixed(1), Math.max(...times).toFixed(0)];
    return [name, of(name, 'p50').toFixed(1), ratio('p50'), of(name, 'p99').toFixed(1), ratio('p99'), ...own];
  });
  return table(['beside', 'p50 ms', 'ratio', 'p99 ms', 'ratio', 'its own median ms', 'slowest ms'], rows);
}

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
