import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { MEASURED_CORE, onCore } from '../neighbours/cores.ts';
import type { Ground } from '../neighbours/ground.ts';
import { environmentOf, startReplica } from '../neighbours/replica.ts';
import type { WorkloadName } from './workloads.ts';

/** Something that answers the workloads, on the measured core. */
export interface Server {
  name: ServerName;
  url(workload: WorkloadName): string;
  pid: number;
  /** The answer that it is to give, where it knows nothing by itself. */
  learn(workload: WorkloadName, body: string): Promise<void>;
  stop(): Promise<void>;
}

export const SERVERS = {
  ours: 'this server',
  mercurius: 'Mercurius, JIT',
  yoga: 'GraphQL Yoga',
  apollo: 'Apollo Server, SDL first',
  bare: 'bare node:http',
} as const;
export type ServerName = keyof typeof SERVERS;

/** The limits are on; that of mutations is so high that nobody comes to it. */
export const NO_END_OF_MUTATIONS = '2147483647';

export async function startServer(name: ServerName, ground: Ground, env: Record<string, string>): Promise<Server> {
  if (name === 'ours') {
    const settings = { MUTATIONS_PER_MINUTE: NO_END_OF_MUTATIONS, LOG_LEVEL: 'info', ...env };
    const { url, pid, stop } = await startReplica(ground, settings, MEASURED_CORE);
    return { name, pid, url: () => `${url}/graphql`, learn: async () => undefined, stop };
  }
  const file = name === 'bare' ? './peers/bare.js' : './peers/main.js';
  const child = fork(join(import.meta.dirname, file), [name], {
    // With Node's own flags: ours keep its memory small, which takes time.
    ...onCore(MEASURED_CORE),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...environmentOf(ground, 0), NODE_ENV: 'production', ...env },
  });
  const exited = once(child, 'exit');
  const told = async () => {
    const [message] = await Promise.race([once(child, 'message'), exited.then(() => [undefined])]);
    if (message === undefined) throw new Error(`${SERVERS[name]} ended before it was ready`);
    return message as { url: string };
  };
  const stop = async () => {
    // Where it has ended already this is true all the same.
    child.kill('SIGKILL');
    await exited;
  };
  ground.onStop(stop);
  const { url } = await told();
  return {
    name,
    pid: child.pid ?? 0,
    url: (workload) => (name === 'bare' ? new URL(`/${workload}`, url).toString() : url),
    async learn(workload, body) {
      if (name !== 'bare') return;
      child.send({ path: `/${workload}`, body });
      await told();
    },
    stop,
  };
}
