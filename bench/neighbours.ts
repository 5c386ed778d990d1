import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { coldFleets } from './neighbours/cold-fleets.ts';
import { type Extent, failing } from './neighbours/failing.ts';
import { startGround } from './neighbours/ground.ts';
import { redisVersion, startRedis } from './neighbours/redis.ts';
import { references } from './neighbours/references.ts';

/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'neighbours.md');

/**
 * Counts a fleet's calls to its neighbours, and times a page while one of them fails: the built server as child
 * processes, the sandbox's neighbours, and the load from this process. Takes about four minutes by default.
 */
export async function benchNeighbours([seconds = '1.5', rounds = '3']: readonly string[]): Promise<void> {
  const extent: Extent = { seconds: Number(seconds), rounds: Number(rounds) };
  if (!(extent.seconds > 0)) throw new Error('seconds: expected a number above zero');
  if (!Number.isInteger(extent.rounds) || extent.rounds < 1) throw new Error('rounds: expected a whole number');
  const busy = describeBusy(loadavg()[0] ?? 0, availableParallelism());
  const version = redisVersion();
  if (version === undefined) console.log('redis-server is not installed: what needs it is left out.');
  const ground = await startGround();
  try {
    const redis = version === undefined ? undefined : await startRedis();
    if (redis) ground.onStop(redis.kill);
    const parts = {
      fleets: await withLog('cold fleets', () => coldFleets(ground, redis)),
      references: await withLog('references', () => references(ground)),
      failing: await withLog('failing neighbours', () => failing(ground, redis, extent)),
    };
    const servers = `PostgreSQL ${ground.serverVersion}, ${version ? `Redis ${version}` : 'no Redis installed'}`;
    write(text({ ...parts, servers, busy, extent }));
  } finally {
    await ground.stop();
  }
}

async function withLog<T>(name: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  console.log(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  return result;
}

/** Other programs may share the machine, which the figures do not show. */
function describeBusy(load: number, cores: number): string {
  const note = `Its load average was ${load.toFixed(1)} before it began, on ${cores} cores`;
  return load < cores / 4
    ? `${note}.`
    : `${note}: others used it too, and times that differ by less than a factor of two say nothing.`;
}

interface Parts {
  fleets: string;
  references: string;
  failing: string;
  servers: string;
  busy: string;
  extent: Extent;
}

const text = ({ fleets, references, failing, servers, busy, extent }: Parts) => `# Neighbours

${new Date().toISOString().slice(0, 10)}, ${servers}, Node ${process.versions.node}. \`npm run bench -- neighbours\`: replicas,
neighbours, databases and load share one machine. ${busy}

## A cold fleet

1,000 pages of 50 organizations asked for at once, each on a connection of its own; no replica has been asked before.

${fleets}

## Organizations in one request

\`_entities\` with eligibility, options, excess, balances and ten orders each, of a replica that has just started, then once more.

${references}

## A page while something is wrong

The top-up page over 20 connections of 20 organizations, each asking again as soon as it has its answer. ${extent.seconds} seconds (six times that
where answers are over), ${extent.rounds} rounds that take turns; medians over the rounds, rows and errors of all. The ratio is to
"all well" of the same settings and load. \`UPSTREAM_TIMEOUT_MS\` is 3000. "Owed": options that say what is owed. A whole page has
5 rows, 3 of them with what is owed.

${failing}
`;

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
