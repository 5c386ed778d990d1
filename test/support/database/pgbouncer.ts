import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../sandbox/dev/free-port.ts';
import { ownerOfServers } from '../../../sandbox/postgres/packaged-postgres.ts';
import { until } from '../app/purchase.ts';

export interface PgBouncer {
  /** The address of the same database and login through the pooler. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** Starts PgBouncer from the system's packages in front of the server of a URL; `logins` are names and passwords. */
export async function startPgBouncer(
  target: string,
  logins: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>>,
): Promise<PgBouncer> {
  if (spawnSync('pgbouncer', ['--version']).error !== undefined)
    throw new Error('pgbouncer is missing: install it, as .ci/run does (apt-get install pgbouncer)');
  const directory = mkdtempSync(join(tmpdir(), 'self-topup-pgbouncer-'));
  const owner = ownerOfServers();
  const { hostname, port: from } = new URL(target);
  const port = await freePort();
  const users = join(directory, 'users.txt');
  writeFileSync(
    users,
    Object.entries(logins)
      .map(([name, password]) => `"${name}" "${password}"\n`)
      .join(''),
  );
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'plain',
    auth_file: users,
    default_pool_size: '60',
    max_client_conn: '300',
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const file = join(directory, 'pgbouncer.ini');
  writeFileSync(file, ['[databases]', `* = host=${hostname} port=${from}`, '[pgbouncer]', ...lines, ''].join('\n'));
  if (owner.uid !== undefined) for (const path of [directory, users, file]) chownSync(path, owner.uid, owner.gid);
  const server = spawn('pgbouncer', ['--quiet', file], { ...owner, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const exited = once(server, 'exit');
  const kill = () => void server.kill('SIGKILL');
  process.once('exit', kill);
  await until(
    () => accepts(port),
    (isUp) => isUp || server.exitCode !== null,
  );
  if (server.exitCode !== null) throw new Error(`pgbouncer did not start: ${log}`);
  return {
    through(url) {
      const address = new URL(url);
      address.host = `127.0.0.1:${port}`;
      return address.toString();
    },
    async stop() {
      process.off('exit', kill);
      kill();
      await exited;
      rmSync(directory, { recursive: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
}
