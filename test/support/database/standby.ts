import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chownSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../../sandbox/dev/free-port.ts';
import { serverOf } from '../../../sandbox/postgres/orphan.ts';
import { until } from '../app/purchase.ts';

export interface Server {
  url: string;
  directory: string;
}

export interface Standby extends Server {
  /** Makes it the primary. Resolves when it takes writes. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a standby that streams from the primary, in a directory of its own. From then on a commit of the primary waits for it,
 * so a failover loses nothing. The package of PostgreSQL has no pg_basebackup: these are the steps of a "low-level base backup".
 */
export async function startStandby(primary: Server, directory: string): Promise<Standby> {
  rmSync(directory, { recursive: true, force: true });
  const command = execFileSync('ps', ['-o', 'args=', '-p', String(serverOf(primary.directory))], { encoding: 'utf8' });
  const [binary = ''] = command.split(' -D ');
  // PostgreSQL refuses to run as root, so its files belong to a user of their own there.
  const { uid, gid } = statSync(primary.directory);
  const append = (file: string, text: string) => {
    appendFileSync(join(directory, file), text);
    chownSync(join(directory, file), uid, gid);
  };
  await withClient(primary.url, async (client) => {
    await client.query(`select pg_backup_start('standby', fast => true)`);
    execFileSync('cp', ['-a', primary.directory, directory]);
    const { rows } = await client.query<{ label: string }>('select labelfile as label from pg_backup_stop(false)');
    append('backup_label', rows[0]?.label ?? '');
  });
  rmSync(join(directory, 'postmaster.pid'));
  append('standby.signal', '');
  const { hostname, port: from, username, password } = new URL(primary.url);
  const conninfo = `host=${hostname} port=${from} user=${username} password=${password}`;
  append('postgresql.auto.conf', `synchronous_standby_names = ''\nprimary_conninfo = '${conninfo}'\n`);

  const port = await freePort();
  const flags = ['fsync=off', 'full_page_writes=off', 'max_connections=300', 'timezone=UTC'].flatMap((flag) => [
    '-c',
    flag,
  ]);
  const owner = process.getuid?.() === 0 ? { uid, gid } : {};
  const server = spawn(binary, ['-D', directory, '-p', String(port), ...flags], { ...owner, stdio: 'ignore' });
  const exited = once(server, 'exit');
  const kill = () => void server.kill('SIGQUIT');
  process.once('exit', kill);
  const url = new URL(primary.url);
  url.port = String(port);
  const query = (text: string) => withClient(url.toString(), (client) => client.query(text));
  await until(
    () =>
      query('select from pg_stat_wal_receiver').then(
        ({ rowCount }) => rowCount === 1,
        () => false,
      ),
    (isStreaming) => isStreaming || server.exitCode !== null,
  );
  await withClient(primary.url, async (client) => {
    await client.query(`alter system set synchronous_standby_names = '*'`);
    await client.query('select pg_reload_conf()');
  });
  return {
    url: url.toString(),
    directory,
    async promote() {
      await query('select pg_promote(true, 60)');
    },
    async stop() {
      process.off('exit', kill);
      kill();
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
