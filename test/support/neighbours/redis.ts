import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../sandbox/dev/free-port.ts';

export interface RedisServer {
  url: string;
  stop(): Promise<void>;
}

export function canStartRedis(): boolean {
  return spawnSync('redis-server', ['--version']).error === undefined;
}

/** REDIS_URL's server, or one of our own when redis-server is on the PATH, or none. */
export async function findRedis(): Promise<RedisServer | undefined> {
  const given = process.env['REDIS_URL'];
  if (given) return { url: given, stop: async () => undefined };
  return canStartRedis() ? startRedis() : undefined;
}

/** A redis-server of our own: empty, in memory, on loopback. */
export async function startRedis(port?: number): Promise<RedisServer & { pid: number; port: number }> {
  const usedPort = port ?? (await freePort());
  const flags = ['--port', String(usedPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', flags, { stdio: 'ignore', detached: true });
  const exited = once(server, 'exit');
  while (!(await accepts(usedPort))) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}, on port ${usedPort}`);
    await sleep(20);
  }
  return {
    url: `redis://127.0.0.1:${usedPort}`,
    port: usedPort,
    pid: server.pid ?? 0,
    async stop() {
      server.kill('SIGKILL');
      await exited;
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  }).then((up) => up as boolean);
}
