import { join } from 'node:path';
import type { Sandbox } from '../../../sandbox/index.ts';
import { ALL_FLAGS } from '../app/app.ts';
import { type RunningProcess, root, runBuilt, startBuilt } from './built.ts';

export interface Replica {
  url: string;
  process: RunningProcess;
}

interface Parts {
  db: { url: string };
  sandbox: Sandbox;
}

/** The built server as a process of its own, once it listens: by default on a free port. */
export async function startReplica(parts: Parts, env: Record<string, string> = {}): Promise<Replica> {
  return untilListening(launchReplica(parts, env));
}

/**
 * Its jobs begin before it listens: one that must die in a job may never listen. Runs as `npm start` does; for a fault
 * point it runs the same code in single files, because a bundle does not keep lines apart.
 */
export function launchReplica({ db, sandbox }: Parts, env: Record<string, string> = {}): RunningProcess {
  return startBuilt(env['FAULT_POINT'] === undefined ? 'server/main.js' : 'src/main.js', [], {
    ...sandbox.environment(),
    DATABASE_URL: db.url,
    HOST: '127.0.0.1',
    PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1',
    CHECKOUT_RETURN_URL: 'http://127.0.0.1/topup',
    MUTATIONS_PER_MINUTE: '0',
    MAX_ORDERS_AWAITING_PAYMENT: '0',
    MAX_LIVE_DRAFTS: '0',
    ...env,
  });
}

/** Throws when it ends before that. */
export async function untilListening(process: RunningProcess): Promise<Replica> {
  const [, port] = await process.untilPrinted(/"event":"listening".*?"port":(\d+)/);
  return { url: `http://127.0.0.1:${port}`, process };
}

/** Applies migrations, the shipped catalogue and all flags with the commands. */
export async function prepareDatabase(db: { url: string }): Promise<void> {
  await operate(db, 'migrate');
  await operate(db, 'catalogue', 'apply', join(root, 'seed/topup-configurations.json'));
  await operate(db, 'flags', 'set', ...ALL_FLAGS.flatMap((flag) => [flag, 'on']));
}

async function operate({ url }: { url: string }, name: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await runBuilt(`server/commands/${name}.js`, args, { DATABASE_URL: url });
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr}`);
}
