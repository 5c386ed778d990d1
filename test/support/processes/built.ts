import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { inject } from 'vitest';
import { until } from '../app/purchase.ts';

export const root = join(import.meta.dirname, '..', '..', '..');

/** Test files that write the same files take turns: `turn` names the files. */
export async function inTurns<T>(turn: number, work: () => Promise<T>): Promise<T> {
  const turns = new pg.Client({ connectionString: inject('postgresUrl') });
  await turns.connect();
  try {
    await turns.query('select pg_advisory_lock($1)', [turn]);
    return await work();
  } finally {
    await turns.end();
  }
}

/** Compiles dist/ when it is stale. */
export function buildOnce(): Promise<void> {
  return inTurns(2, async () => {
    const build = [join(root, 'scripts/build.ts'), '--if-stale'];
    await promisify(execFile)(process.execPath, build, { cwd: root }).catch((error: Error & { stdout: string }) => {
      // The compiler writes its errors to standard output.
      throw new Error(`${error.message}\n${error.stdout}`);
    });
  });
}

export interface Finished {
  code: number | null;
  /** The signal that ended it; null when it ended normally. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningProcess {
  readonly pid: number;
  /** Its output so far. */
  readonly output: Pick<Finished, 'stdout' | 'stderr'>;
  readonly finished: Promise<Finished>;
  readonly hasEnded: boolean;
  signal(signal: NodeJS.Signals): void;
  /** Signals its whole process group, as a terminal does on Ctrl-C; only for one started with `ownGroup`. */
  signalGroup(signal: NodeJS.Signals): void;
  /** Resolves with the first match of its standard output; throws when it ends before that. */
  untilPrinted(pattern: RegExp): Promise<RegExpExecArray>;
}

interface ProcessOptions {
  ownGroup?: boolean;
  /** The directory with dist/; default: the project's. */
  from?: string;
  /** A file descriptor for its standard output, whose text is not collected then. */
  stdout?: 'pipe' | number;
}

const started: { child: ChildProcess; ownGroup: boolean }[] = [];

/** Runs a compiled file under dist/ as a process of its own, with only the PATH of this one's environment. */
export function startBuilt(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
  options: ProcessOptions = {},
): RunningProcess {
  const from = options.from ?? root;
  return startProcess(process.execPath, [join(from, 'dist', file), ...args], env, { ...options, from });
}

/** Runs a script of package.json, as a container or a supervisor does. */
export function npmRun(script: string, env: Record<string, string>): RunningProcess {
  return startProcess('npm', ['run', '--silent', script], env, { ownGroup: true });
}

/** The same cache as `npm start`: the tests start dozens of processes, which would compile the same code. */
const COMPILE_CACHE = join(root, 'dist/.compile-cache');

function startProcess(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  { ownGroup = false, stdout = 'pipe', from = root }: ProcessOptions,
): RunningProcess {
  const child = spawn(command, args, {
    cwd: from,
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ['ignore', stdout, 'pipe'],
    detached: ownGroup,
  });
  started.push({ child, ownGroup });
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  let ended = false;
  const finished = once(child, 'close').then(([code, signal]) => {
    ended = true;
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, ...output };
  });
  return {
    pid: child.pid ?? 0,
    output,
    finished,
    get hasEnded() {
      return ended;
    },
    signal: (signal) => void child.kill(signal),
    signalGroup: (signal) => void process.kill(-(child.pid ?? 0), signal),
    async untilPrinted(pattern) {
      const read = async () => ({ match: pattern.exec(output.stdout), over: ended });
      const { match } = await until(read, (state) => state.match !== null || state.over);
      if (match === null) throw new Error(`it ended without printing ${pattern}: ${output.stderr}`);
      return match;
    },
  };
}

export function runBuilt(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
  options: ProcessOptions = {},
): Promise<Finished> {
  return startBuilt(file, args, env, options).finished;
}

/** For afterAll: ends all processes that a failed test left running, with their children. */
export async function endStarted(): Promise<void> {
  for (const { child, ownGroup } of started.splice(0)) {
    if (ownGroup) endGroup(child.pid ?? 0);
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // No process of the group is left.
  }
}
