import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../sandbox/dev/free-port.ts';

export interface Redis {
  port: number;
  url: string;
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
}

/** "7.0.15"; undefined when redis-server is not installed. */
export function redisVersion(): string | undefined {
  const { error, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return error === undefined ? /v=(\S+)/.exec(stdout)?.[1] : undefined;
}

/** Kills its server when its standard input ends, which happens however our process ends. */
const KEEPER = 'redis-server "$@" >/dev/null & echo $!; cat >/dev/null; kill -9 $!';

/** A redis-server of our own: empty, in memory, on loopback. */
export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  let pid = 0;
  let end: () => Promise<void> = async () => undefined;

  async function start(): Promise<void> {
    // A process group of its own: Ctrl-C in the terminal must not end the keeper before its server.
    const keeper = spawn('sh', ['-c', KEEPER, 'sh', ...flags], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    const ended = once(keeper, 'exit');
    const [line] = (await once(keeper.stdout, 'data')) as [Buffer];
    pid = Number(line.toString());
    end = async () => {
      keeper.stdin.end();
      await ended;
    };
    while (!(await accepts(port))) await sleep(20);
  }

  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    freeze: () => void process.kill(pid, 'SIGSTOP'),
    thaw: () => void process.kill(pid, 'SIGCONT'),
    kill: () => end(),
    start,
  };
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.once('connect', () => {
    socket.destroy();
    resolve(true);
  });
  socket.once('error', () => resolve(false));
  return promise;
}
