import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './neighbours/caller.ts';
import { type Ground, startGround } from './neighbours/ground.ts';
import { type Figures, figuresOf } from './neighbours/load.ts';
import { memoryOf } from './neighbours/memory.ts';
import { askPage } from './neighbours/page.ts';
import { startReplica } from './neighbours/replica.ts';
import { table } from './neighbours/table.ts';
import { startAttack } from './slow-clients/attack.ts';
import type { Kind } from './slow-clients/attacker.ts';

const FLOODS: readonly [name: string, count: number, kind: Kind | undefined][] = [
  ['nobody', 0, undefined],
  ['pipeline 64 KB of GET /readyz', 30, 'readyz'],
  ['pipeline 64 KB of GET /metrics', 30, 'metrics'],
  ['pipeline 64 KB of POST /graphql', 30, 'graph'],
  ['pipeline 64 KB of GET /readyz, and come back at once', 30, 'reconnecting'],
  ['do not read a page of 100 whole orders', 600, 'large'],
  ['send 127 KB without their last byte', 4000, 'bodies'],
  ['do not read the errors of 60 long values', 2500, 'errors'],
  ['send 15 KB of headers and not their end', 4500, 'openHeads'],
  ['send 15 KB of headers and no body', 4500, 'heads'],
  ['send 950 headers and no body', 4500, 'manyHeaders'],
];
const CALLERS = 4;
const PAUSE_MS = 25;
const PROBE_MS = 100;
/** A page or a probe without an answer for this long counts as an error. */
const GIVE_UP_MS = 30_000;

interface Flooded {
  pages: Figures;
  errors: number;
  /** The slowest answer of /livez, in milliseconds; undefined if one got none. */
  slowestProbe: number | undefined;
  peak: number;
  hasEnded: boolean;
}

/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'floods.md');

/**
 * Times an innocent caller and the liveness probe while others fill the server's memory. With the main.js of an earlier build it
 * measures that build first. Takes two minutes for each build by default.
 */
export async function benchFloods([seconds = '12', earlier]: readonly string[]): Promise<void> {
  if (!(Number(seconds) > 0)) throw new Error('seconds: expected a number above zero');
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const ground = await startGround({ ordersOfEach: 100 });
  try {
    const before =
      earlier === undefined
        ? ''
        : `## Before\n\n${await measured(ground, Number(seconds), resolve(earlier))}\n\n## Now\n\n`;
    const now = await measured(ground, Number(seconds));
    const result = `${head(ground, seconds, load)}\n${before}${now}\n`;
    mkdirSync(dirname(RESULT), { recursive: true });
    writeFileSync(RESULT, result);
    console.log(result);
  } finally {
    await ground.stop();
  }
}

const head = ({ serverVersion }: Ground, seconds: string, load: string) => `# Floods

${new Date().toISOString().slice(0, 10)}, PostgreSQL ${serverVersion}, Node ${process.versions.node}, load average ${load} before it began, on ${availableParallelism()} cores.
\`npm run bench -- floods\`: the built server with the flags of \`npm start\`, the flood, neighbours, database and callers share one machine.

${CALLERS} callers ask for the top-up page, each ${PAUSE_MS} ms after its last answer, and one asks for /livez every ${PROBE_MS} ms, for ${seconds} s from the
flood's first connection; a new server for each row. A connection that is closed comes back at once; pipelines are sent again every two
seconds, on the same connection or a new one. Memory is the server's peak (VmHWM).
`;

async function measured(ground: Ground, seconds: number, file?: string): Promise<string> {
  const rows: string[][] = [];
  for (const [name, count, kind] of FLOODS) {
    const { pages, errors, slowestProbe, peak, hasEnded } = await flood(ground, { count, kind, seconds, file });
    rows.push([
      count === 0 ? name : `${count} ${name}`,
      (pages.requestsPerSecond * seconds).toFixed(0),
      pages.p50.toFixed(1),
      pages.p99.toFixed(1),
      pages.slowest.toFixed(0),
      slowestProbe === undefined ? 'no answer' : slowestProbe.toFixed(0),
      String(errors),
      peak.toFixed(0),
      hasEnded ? 'yes' : 'no',
    ]);
    console.log(rows.at(-1)?.join(' | '));
  }
  const titles = ['connections that', 'pages', 'p50, ms', 'p99, ms', 'slowest, ms', 'slowest /livez, ms', 'errors'];
  return table([...titles, 'peak, MB', 'server ended'], rows);
}

interface Terms {
  count: number;
  kind: Kind | undefined;
  seconds: number;
  file: string | undefined;
}

async function flood(ground: Ground, { count, kind, seconds, file }: Terms): Promise<Flooded> {
  const replica = await startReplica(ground, { DATABASE_URL: await ground.database() }, undefined, file);
  const [attacker = '', ...innocents] = ground.organizations;
  const callers = await replica.callers(innocents.slice(0, CALLERS));
  const token = await ground.sandbox.auth.token({ organization_id: attacker });
  // Warms the caches and the engine's compiled code.
  await ask(callers, performance.now() + 2000);
  const over = performance.now() + seconds * 1000;
  const attack = kind === undefined ? undefined : startAttack(replica.url, [kind], count, token);
  const [{ times, errors }, slowestProbe, peak] = await Promise.all([
    ask(callers, over),
    slowestProbeOf(replica.url, over),
    peakOf(replica.pid, over),
  ]);
  // It never resolves if the server ended before all connections were open.
  await Promise.race([attack, sleep(1000)]).then((running) => running?.stop());
  const hasEnded = Number.isNaN(memoryOf(replica.pid).now);
  for (const caller of callers) caller.close();
  await replica.stop();
  return { pages: figuresOf(times, seconds), errors, slowestProbe, peak, hasEnded };
}

async function ask(callers: readonly Caller[], over: number): Promise<{ times: number[]; errors: number }> {
  const times: number[] = [];
  let errors = 0;
  await Promise.all(
    callers.map(async (caller) => {
      while (performance.now() < over) {
        const page = await Promise.race([askPage(caller).catch(() => undefined), sleep(GIVE_UP_MS)]);
        if (page?.shown === undefined) errors += 1;
        else times.push(page.ms);
        await sleep(PAUSE_MS);
      }
    }),
  );
  return { times, errors };
}

async function slowestProbeOf(url: string, over: number): Promise<number | undefined> {
  let slowest = 0;
  let isAnswered = true;
  while (performance.now() < over) {
    const sentAt = performance.now();
    const { ok } = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(GIVE_UP_MS) }).catch(() => ({
      ok: false,
    }));
    if (!ok) isAnswered = false;
    slowest = Math.max(slowest, performance.now() - sentAt);
    await sleep(PROBE_MS);
  }
  return isAnswered ? slowest : undefined;
}

async function peakOf(pid: number, over: number): Promise<number> {
  let peak = 0;
  while (performance.now() < over) {
    const { peak: now } = memoryOf(pid);
    if (!Number.isNaN(now)) peak = now;
    await sleep(PROBE_MS);
  }
  return peak;
}
