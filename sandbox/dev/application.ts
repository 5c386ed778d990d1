import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ProductSteps } from '../index.ts';
import { askSteps } from './steps-over-ipc.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..', '..');
const built = (file: string) => join(root, 'dist', 'src', file);

/** Runs one of the operators' commands. */
export async function command(
  name: string,
  args: readonly string[],
  environment: Record<string, string>,
): Promise<void> {
  await run(process.execPath, [built(`commands/${name}.js`), ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
}

export interface Application {
  /** Resolves to the exit code when the server ends. */
  exited: Promise<number | null>;
  steps: ProductSteps;
  stop(): Promise<void>;
  /** Ends it at once, before its database is replaced. */
  kill(): Promise<void>;
}

/** Starts the built server as a process, and waits until it reports ready. */
export async function startApplication(
  environment: Record<string, string>,
  url: string,
  onLogLine?: (line: string) => void,
): Promise<Application> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'server.js'), {
    cwd: root,
    execArgv: ['--enable-source-maps'],
    env: { ...process.env, ...environment },
    stdio: ['inherit', onLogLine === undefined ? 'inherit' : 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout !== null && onLogLine !== undefined) createInterface(child.stdout).on('line', onLogLine);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  let hasEnded = false;
  void exited.then(() => {
    hasEnded = true;
  });
  while (!(await isReady(url))) {
    if (hasEnded) throw new Error('The server ended before it was ready: its reason is above.');
    await sleep(50);
  }
  return {
    exited,
    steps: askSteps(child),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}
