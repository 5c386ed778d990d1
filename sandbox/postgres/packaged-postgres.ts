import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chownSync, existsSync, globSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../dev/free-port.ts';

/** A server of the system's PostgreSQL, whose package has pg_dump, pg_restore and pg_basebackup; npm's package lacks them. */
export interface PackagedPostgres {
  /** The address of the database `postgres`, as superuser. */
  url: string;
  /** Ends it at once, as a power failure does, and keeps its files. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** The programs of the newest version that is installed, such as `pg_dump`. Throws if there is none. */
export function programOf(name: string): string {
  const found = globSync(`/usr/lib/postgresql/*/bin/${name}`).toSorted().at(-1);
  if (found === undefined)
    throw new Error(`${name} is missing: install the package postgresql, as .ci/run does (apt-get install postgresql)`);
  return found;
}

/** Starts a server in the directory; initdb fills one that is empty. */
export async function startPackagedPostgres(
  directory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<PackagedPostgres> {
  initialize(directory);
  const port = await freePort();
  const all = {
    fsync: 'off',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(programOf('postgres'), ['-D', directory, '-p', String(port), ...flags], {
    ...ownerOfServers(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const exited = once(server, 'exit');
  const kill = () => void server.kill('SIGQUIT');
  process.once('exit', kill);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  while (server.exitCode === null && !(await takesWrites(url))) await sleep(20);
  if (server.exitCode !== null) throw new Error(`PostgreSQL did not start: ${log}`);
  const end = async () => {
    process.off('exit', kill);
    kill();
    await exited;
  };
  return {
    url,
    kill: end,
    async stop() {
      await end();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Runs initdb, unless the directory holds a database already. */
function initialize(directory: string): void {
  if (existsSync(join(directory, 'PG_VERSION'))) return;
  const owner = ownerOfServers();
  mkdirSync(directory, { recursive: true });
  if (owner.uid !== undefined) chownSync(directory, owner.uid, owner.gid);
  const flags = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-sync'];
  execFileSync(programOf('initdb'), ['-D', directory, ...flags], { ...owner, stdio: 'ignore' });
  // pg_basebackup logs in as for replication.
  appendFileSync(join(directory, 'pg_hba.conf'), 'host replication postgres 127.0.0.1/32 trust\n');
}

/** A directory that the servers may write to, empty. */
export function directoryForServers(path: string): string {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { uid, gid } = ownerOfServers();
  if (uid !== undefined) chownSync(path, uid, gid);
  return path;
}

/** PostgreSQL refuses to run as root: its package has a user for it. */
export function ownerOfServers(): { uid: number; gid: number } | { uid?: undefined; gid?: undefined } {
  if (process.getuid?.() !== 0) return {};
  const { uid, gid } = statSync('/var/lib/postgresql');
  return { uid, gid };
}

async function takesWrites(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query('select not pg_is_in_recovery() as writes');
    return rows[0]?.writes === true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
