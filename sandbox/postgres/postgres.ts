import { fork } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../dev/free-port.ts';
import type { KeeperMessage, KeeperOptions, KeeperRequest } from './keeper.ts';

export interface Postgres {
  /** The address of the database `postgres`, as superuser. */
  url: string;
  /** Simulates a crash: cuts all connections and starts on the same port with the committed data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Trades durability for speed, because the data lives for one run. */
const FLAGS = ['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=300', '-c', 'timezone=UTC'];

/** Starts an empty PostgreSQL server from npm on loopback. Ends and removes an earlier run's server in the directory. */
export async function startPostgres(options: { directory: string; port?: number }): Promise<Postgres> {
  const port = options.port ?? (await freePort());
  const user = 'postgres';
  const password = 'postgres';
  const keeperFile = import.meta.url.endsWith('.ts') ? './keeper.ts' : './keeper.js';
  // Its own process group, because Ctrl-C must not end the database before its users.
  const keeper = fork(new URL(keeperFile, import.meta.url), { detached: true, execArgv: [] });
  keeper.send({ directory: options.directory, port, user, password, flags: FLAGS } satisfies KeeperOptions);
  const exited = once(keeper, 'exit');
  const started = async () => {
    const [message] = (await Promise.race([
      once(keeper, 'message'),
      exited.then(() => [{ failed: 'its process ended' }]),
    ])) as [KeeperMessage];
    if ('failed' in message) throw new Error(`PostgreSQL did not start: ${message.failed}`);
  };
  await started();
  return {
    url: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`,
    async restart() {
      const restarted = started();
      keeper.send('restart' satisfies KeeperRequest);
      await restarted;
    },
    async stop() {
      if (keeper.connected) keeper.disconnect();
      await exited;
    },
  };
}
