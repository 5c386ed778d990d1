import { closeSync, openSync } from 'node:fs';
import { expect } from 'vitest';
import { freePort } from '../../../../sandbox/dev/free-port.ts';
import { until } from '../../../support/app/purchase.ts';
import { type RunningProcess, startBuilt } from '../../../support/processes/built.ts';
import { scrape } from '../../../support/telemetry/served-metrics.ts';
import type { Situation, World } from '../walk.ts';

/** A replica as a process of its own, beside the app. */
export interface OtherReplica {
  url: string;
  process: RunningProcess;
  /** Starts it again at its address, with a log that can be written. */
  restart(): Promise<void>;
}

export interface ReplicaWorld extends World {
  other: OtherReplica;
}

/** A fault of ours, at a signal: the product has none that a test could bring about. */
const FAULT = `process.on('SIGUSR2', () => void Promise.reject(new Error('a fault')))`;

const answers = (url: string) =>
  fetch(`${url}/livez`).then(
    ({ ok }) => ok,
    () => false,
  );

/** Its log goes to a full disk. */
export async function startOther({ app, operator }: World): Promise<OtherReplica> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...app.sandbox.environment(),
    DATABASE_URL: app.db.url,
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: app.url,
    CHECKOUT_RETURN_URL: `${app.url}/topup`,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(FAULT)}`,
  };
  async function start(stdout: 'pipe' | number): Promise<RunningProcess> {
    const started = startBuilt('server/main.js', [], env, { stdout });
    await until(async () => started.hasEnded || (await answers(url)), Boolean);
    expect(started.output.stderr).not.toContain('Cannot start');
    return started;
  }
  const full = openSync('/dev/full', 'w');
  const other: OtherReplica = {
    url,
    process: await start(full),
    async restart() {
      other.process.signal('SIGTERM');
      await other.process.finished;
      other.process = await start('pipe');
    },
  };
  closeSync(full);
  operator.replicas.set('b', url);
  return other;
}

const counted = async ({ url }: OtherReplica, metric: string) =>
  Number(new RegExp(`^${metric}\\S* (\\d+)$`, 'm').exec(await scrape({ url }))?.[1]);

const replicaHasFaults: Situation<ReplicaWorld> = {
  title: 'a replica has a fault, and the disk of its log is full',
  alerts: ['RejectionUnhandled', 'LogLinesLost'],
  async bringAbout({ other }) {
    const lost = await counted(other, 'log_lines_lost_total');
    other.process.signal('SIGUSR2');
    await until(
      () => counted(other, 'unhandled_rejections_total'),
      (count) => count === 1,
    );
    expect((await fetch(`${other.url}/nowhere`)).status).toBe(404);
    await until(
      () => counted(other, 'log_lines_lost_total'),
      (count) => count > lost,
    );
    return {
      look: (looked) => expect([...looked.values()].map(({ code }) => code)).toEqual([...looked].map(() => 0)),
      end: () => other.restart(),
      isOver: async () => expect(await counted(other, 'log_lines_lost_total')).toBe(0),
    };
  },
};

const replicaDies: Situation<ReplicaWorld> = {
  title: 'a replica dies',
  alerts: ['ReplicaDown'],
  async bringAbout({ other }) {
    other.process.signal('SIGKILL');
    await other.process.finished;
    return {
      names: { replica: other.url },
      look: (looked) => expect(looked.get('curl --silent http://127.0.0.1:4000/livez')?.code).toBe(7),
      end: () => other.restart(),
      isOver: async () => expect(await answers(other.url)).toBe(true),
    };
  },
};

export const replica: readonly Situation<ReplicaWorld>[] = [replicaHasFaults, replicaDies];
