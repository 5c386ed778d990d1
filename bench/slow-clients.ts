import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './neighbours/caller.ts';
import { startGround } from './neighbours/ground.ts';
import { type Figures, figuresOf } from './neighbours/load.ts';
import { askPage } from './neighbours/page.ts';
import { startReplica } from './neighbours/replica.ts';
import { table } from './neighbours/table.ts';
import { startAttack } from './slow-clients/attack.ts';
import { KINDS, type Kind } from './slow-clients/attacker.ts';

/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'slow-clients.md');
const CALLERS = 4;
/** The pause between two pages of one caller, long enough to keep the server idle. */
const PAUSE_MS = 25;
const SETTLING_SECONDS = 2;

const SITUATIONS: readonly [name: string, count: number, kinds: readonly Kind[]][] = [
  ['nobody', 0, []],
  ['say nothing', 500, ['silent']],
  ['send headers slowly', 500, ['headers']],
  ['send a body slowly', 500, ['body']],
  ['leave their answer', 500, ['readers']],
  ['of all four kinds', 500, KINDS],
  ['of all four kinds', 2000, KINDS],
  ['nobody any more', 0, []],
];

interface Measured {
  figures: Figures;
  pages: number;
  failed: number;
  opened: number;
  megabytes: number;
}

/** Times an innocent caller's page while other clients hold slow connections open. Takes six minutes by default. */
export async function benchSlowClients([seconds = '12', rounds = '3']: readonly string[]): Promise<void> {
  if (!(Number(seconds) > 0)) throw new Error('seconds: expected a number above zero');
  if (!(Number(rounds) >= 1)) throw new Error('rounds: expected a whole number');
  const load = loadavg()[0] ?? 0;
  const ground = await startGround();
  try {
    const replica = await startReplica(ground, { DATABASE_URL: await ground.database() });
    const [first = ''] = ground.organizations;
    const token = await ground.sandbox.auth.token({ organization_id: first });
    const callers = await replica.callers(ground.organizations.slice(0, CALLERS));
    await measure(callers, SETTLING_SECONDS);
    const measured = SITUATIONS.map((): Measured[] => []);
    for (let round = 0; round < Number(rounds); round++) {
      for (const [index, [name, count, kinds]] of SITUATIONS.entries()) {
        const attack = count === 0 ? undefined : await startAttack(replica.url, kinds, count, token);
        // All connections arrive at once, which is a short burst of work.
        await measure(callers, SETTLING_SECONDS);
        const { figures, failed } = await measure(callers, Number(seconds));
        const opened = (await attack?.opened()) ?? 0;
        const megabytes = residentMegabytes(replica.pid);
        measured[index]?.push({
          figures,
          failed,
          opened,
          megabytes,
          pages: figures.requestsPerSecond * Number(seconds),
        });
        await attack?.stop();
        console.log(`${count} ${name}: p99 ${figures.p99.toFixed(1)} ms`);
      }
    }
    write(text(measured, { seconds, rounds, load, serverVersion: ground.serverVersion }));
  } finally {
    await ground.stop();
  }
}

async function measure(callers: readonly Caller[], seconds: number): Promise<{ figures: Figures; failed: number }> {
  const times: number[] = [];
  let failed = 0;
  const over = performance.now() + seconds * 1000;
  await Promise.all(
    callers.map(async (caller) => {
      while (performance.now() < over) {
        const { ms, shown } = await askPage(caller);
        times.push(ms);
        if (shown === undefined) failed += 1;
        await sleep(PAUSE_MS);
      }
    }),
  );
  return { figures: figuresOf(times, seconds), failed };
}

const residentMegabytes = (pid: number) =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;

const middle = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

interface Terms {
  seconds: string;
  rounds: string;
  load: number;
  serverVersion: string;
}

function text(measured: readonly (readonly Measured[])[], { seconds, rounds, load, serverVersion }: Terms): string {
  const rows = SITUATIONS.map(([name, count], index) => {
    const runs = measured[index] ?? [];
    const of = (read: (run: Measured) => number) => middle(runs.map(read));
    return [
      count === 0 ? name : `${count} ${name}`,
      of(({ pages }) => pages).toFixed(0),
      of(({ figures }) => figures.p50).toFixed(1),
      of(({ figures }) => figures.p99).toFixed(1),
      Math.max(...runs.map(({ figures }) => figures.slowest)).toFixed(0),
      String(runs.reduce((sum, { failed }) => sum + failed, 0)),
      of(({ opened }) => opened).toFixed(0),
      of(({ megabytes }) => megabytes).toFixed(0),
    ];
  });
  const head = ['connections that', 'pages', 'p50, ms', 'p99, ms', 'slowest, ms', 'errors', 'opened', 'server, MB'];
  const busy = load < availableParallelism() / 4 ? '' : ' Others used the machine too: times say nothing, errors do.';
  return `# Slow clients

${new Date().toISOString().slice(0, 10)}, PostgreSQL ${serverVersion}, Node ${process.versions.node}, load average ${load.toFixed(1)} before it began, on ${availableParallelism()} cores.
\`npm run bench -- slow-clients\`: the built server with its usual limits, the slow clients, neighbours, database and callers share
one machine.${busy}

${CALLERS} callers ask for the top-up page, each ${PAUSE_MS} ms after its last answer, for ${seconds} s; ${rounds} rounds that take turns. Medians over
the rounds; the slowest and the errors of all. They begin ${SETTLING_SECONDS} s after the slow ones are there. Who is cut off comes back at
once: "opened" counts all connections of a round. Slow headers and bodies send a letter every two seconds. Memory is the process's, at the end of the measurement.

${table(head, rows)}
`;
}

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
