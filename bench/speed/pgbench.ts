import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAN_PIN, MEASURED_CORE } from '../neighbours/cores.ts';

export interface Pgbench {
  /** "15.18"; of the client: the server is whatever it connects to. */
  version: string;
  /** Runs a script so many times in all, by so many clients: committed transactions per second. Throws where one failed. */
  run(job: PgbenchJob): Promise<{ perSecond: number; transactions: number }>;
}

export interface PgbenchJob {
  url: string;
  /** Whom it acts as; who logs in where nothing is said. */
  role?: string;
  /** In it, :n is another number for each transaction, from `first` on. */
  script: string;
  first: number;
  clients: number;
  each: number;
}

/** undefined where it is not installed. Debian keeps it out of the path. */
export function findPgbench(): Pgbench | undefined {
  const candidates = ['pgbench', ...globSync('/usr/lib/postgresql/*/bin/pgbench').toSorted().toReversed()];
  for (const command of candidates) {
    const { error, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
    const version = error === undefined ? /(\d+\.\d+)/.exec(stdout)?.[1] : undefined;
    if (version !== undefined) return { version, run: (job) => run(command, job) };
  }
  return undefined;
}

async function run(command: string, { url, role, script, first, clients, each }: PgbenchJob) {
  const file = join(tmpdir(), `self-topup-bench-${process.pid}.sql`);
  writeFileSync(file, `\\set i :i + 1\n\\set n ${first} + :client_id + ${clients} * :i\n${script}`);
  const flags = ['-n', '-M', 'prepared', '-c', clients, '-j', 1, '-t', each, '-D', 'i=-1', '-f', file].map(String);
  // On the core where the server was.
  const [program = '', ...args] = CAN_PIN ? ['taskset', '-c', String(MEASURED_CORE), command] : [command];
  const env = { ...process.env, ...(role && { PGOPTIONS: `-c role=${role}` }) };
  const child = spawn(program, [...args, ...flags, url], { stdio: ['ignore', 'pipe', 'pipe'], env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = await once(child, 'close');
  rmSync(file);
  const perSecond = Number(/^tps = ([\d.]+) \(without/m.exec(said)?.[1]);
  const transactions = Number(/actually processed: (\d+)/.exec(said)?.[1]);
  if (code !== 0 || transactions !== clients * each) throw new Error(`pgbench: ${said.slice(-2000)}`);
  return { perSecond, transactions };
}
