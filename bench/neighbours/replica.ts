import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../sandbox/dev/free-port.ts';
import { Caller } from './caller.ts';
import { onCore } from './cores.ts';
import { type Ground, root } from './ground.ts';

export interface Replica {
  url: string;
  pid: number;
  /** The state of Redis by /readyz: none, up or down. */
  redis(): Promise<string>;
  /** One connection for each of these organizations, connected. */
  callers(organizations: readonly string[]): Promise<Caller[]>;
  stop(): Promise<void>;
}

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
/** The flags of `npm start`: what is measured is what is run. */
const MEMORY = scripts.start.match(/--\S+/g) ?? [];

/** Its environment: neighbours, and a port of its own. */
export function environmentOf({ sandbox }: Ground, port: number): NodeJS.ProcessEnv {
  const url = `http://127.0.0.1:${port}`;
  return {
    PATH: process.env['PATH'],
    // As `npm start` has them.
    MALLOC_ARENA_MAX: '2',
    NODE_COMPILE_CACHE: join(root, 'dist/.compile-cache'),
    ...sandbox.environment(),
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: url,
    CHECKOUT_RETURN_URL: `${url}/topup`,
    RECONCILE_INTERVAL_SECONDS: '3600',
    MUTATIONS_PER_MINUTE: '0',
    MAX_ORDERS_AWAITING_PAYMENT: '0',
    MAX_LIVE_DRAFTS: '0',
  };
}

/** The built server as `npm start` runs it; its log is written, and nobody reads it. On one core alone where that is said. */
export async function startReplica(
  ground: Ground,
  env: Record<string, string>,
  core?: number,
  file = join(root, 'dist/server/main.js'),
): Promise<Replica> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // Over IPC: it ends by itself when we are gone.
  const child = fork(file, {
    cwd: root,
    ...onCore(core, MEMORY),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...environmentOf(ground, port), ...env },
  });
  const exited = once(child, 'exit');
  let isOver = false;
  void exited.then(() => {
    isOver = true;
  });
  const stop = async () => {
    // Nobody needs it to drain, nor its database.
    child.kill('SIGKILL');
    if (!isOver) await exited;
  };
  ground.onStop(stop);
  while (!(await isReady(url))) {
    if (isOver) throw new Error('the server ended before it was ready');
    await sleep(20);
  }
  return {
    url,
    pid: child.pid ?? 0,
    async redis() {
      const answer = await fetch(`${url}/readyz`);
      const { checks } = (await answer.json()) as { checks: { redis: string } };
      return checks.redis;
    },
    async callers(organizations) {
      const callers = await Promise.all(
        organizations.map(async (id) => new Caller(url, await ground.sandbox.auth.token({ organization_id: id }))),
      );
      for (const caller of callers) await caller.connect();
      return callers;
    },
    stop,
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}
