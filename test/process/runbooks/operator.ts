import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { programOf } from '../../../sandbox/postgres/packaged-postgres.ts';
import type { TestApp } from '../../support/app/app.ts';
import { type Finished, runBuilt } from '../../support/processes/built.ts';
import { parsePrometheus, type Sample } from '../../support/telemetry/prometheus.ts';
import { scrape } from '../../support/telemetry/served-metrics.ts';
import { linesThat, type Names, replaced } from './page.ts';

const SHELL = /^(psql|redis-cli|df) /;

async function inShell(line: string, env: Record<string, string>): Promise<Finished> {
  const child = spawn('sh', ['-c', line], {
    env: { PATH: `${dirname(programOf('psql'))}:${process.env['PATH']}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code, signal], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, signal, stdout, stderr };
}

/** The samples of these replicas as Prometheus would have them: it adds `up` itself. */
async function scrapeAll(replicas: ReadonlyMap<string, string>): Promise<Sample[]> {
  const scraped = [...replicas].map(async ([instance, url]) => {
    const target = { job: 'self-topup', instance };
    const samples = await scrape({ url }).then(parsePrometheus, () => undefined);
    const up = { name: 'up', labels: {}, value: samples === undefined ? 0 : 1 };
    return [...(samples ?? []), up].map(({ labels, ...rest }) => ({ ...rest, labels: { ...labels, ...target } }));
  });
  return (await Promise.all(scraped)).flat();
}

/** Runs lines of the runbooks against an app. */
export function createOperator(app: Pick<TestApp, 'url' | 'db' | 'sandbox'>, settings: Record<string, string> = {}) {
  const environment: Record<string, string> = {
    ...app.sandbox.environment(),
    DATABASE_URL: app.db.url,
    PUBLIC_URL: app.url,
    CHECKOUT_RETURN_URL: `${app.url}/topup`,
    ...settings,
  };
  /** One address per replica, by its name in the labels: commands and `curl` go to the first. */
  const replicas = new Map([['a', app.url]]);

  async function runLine(line: string, { replica = app.url }: Names): Promise<Finished> {
    if (line.startsWith('curl ')) return curl(line.replace(/^.*http:\/\/127\.0\.0\.1:4000/, replica));
    if (SHELL.test(line))
      return inShell(line.replace('redis://127.0.0.1:6379', environment['REDIS_URL'] ?? ''), environment);
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    const [, , script = '', ...rest] = words;
    const args = rest[0] === '--' ? rest.slice(1) : rest;
    return runBuilt(`server/commands/${script.replace(':', '-')}.js`, args, environment);
  }

  return {
    replicas,
    /** Runs each line that looks, once, of the alerts' runbooks. */
    async look(alerts: readonly string[], names: Names = {}): Promise<ReadonlyMap<string, Finished>> {
      const run = async (line: string) => [line, await runLine(replaced(line, names), names)] as const;
      return new Map(await Promise.all(linesThat(false, alerts).map(run)));
    },
    /** Runs each line that mends, in the order of the page. */
    async mend(alerts: readonly string[], names: Names = {}): Promise<ReadonlyMap<string, Finished>> {
      const finished = new Map<string, Finished>();
      for (const line of linesThat(true, alerts)) finished.set(line, await runLine(replaced(line, names), names));
      return finished;
    },
    scrape: () => scrapeAll(replicas),
  };
}

async function curl(url: string): Promise<Finished> {
  try {
    const answer = await fetch(url);
    return { code: 0, signal: null, stdout: await answer.text(), stderr: '' };
  } catch (error) {
    return { code: 7, signal: null, stdout: '', stderr: String(error) };
  }
}

export const codesOf = (finished: ReadonlyMap<string, Finished>): Record<string, number | null> =>
  Object.fromEntries([...finished].map(([line, { code }]) => [line, code]));
