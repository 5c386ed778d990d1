import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { MEASURED_CORE } from '../neighbours/cores.ts';
import { type Ground, root } from '../neighbours/ground.ts';
import { startReplica } from '../neighbours/replica.ts';
import type { Load } from './load.ts';
import { type Share, sharesOf } from './profile-shares.ts';
import type { Extent } from './reading.ts';
import { NO_END_OF_MUTATIONS } from './servers.ts';
import type { Workload } from './workloads.ts';

const WARM_UP_SECONDS = 10;
const WRITTEN_WITHIN_MS = 10_000;

/** Where our server's CPU goes under one workload. Not bundled, so that a function's file says whose it is. */
export async function profile(
  ground: Ground,
  load: Load,
  env: Record<string, string>,
  workload: Workload,
  { seconds, connections }: Extent,
): Promise<Share[]> {
  const file = join(tmpdir(), `self-topup-bench-${process.pid}.cpuprofile`);
  const settings = {
    ...env,
    MUTATIONS_PER_MINUTE: NO_END_OF_MUTATIONS,
    PROFILE_FILE: file,
    NODE_ENV: 'production',
    NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'profiled.js'))}`,
  };
  const { url, pid, stop } = await startReplica(ground, settings, MEASURED_CORE, join(root, 'dist/src/main.js'));
  const run = (time: number) =>
    load.run({ url: `${url}/graphql`, connections, work: { requests: workload.requests, seconds: time } });
  try {
    await run(WARM_UP_SECONDS);
    process.kill(pid, 'SIGUSR2');
    await run(Math.max(seconds, 5));
    process.kill(pid, 'SIGUSR2');
    for (let waited = 0; !existsSync(file) && waited < WRITTEN_WITHIN_MS; waited += 100) await sleep(100);
    return sharesOf(JSON.parse(readFileSync(file, 'utf8')) as Profiler.Profile);
  } finally {
    await stop();
    rmSync(file, { force: true });
  }
}
