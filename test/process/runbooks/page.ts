import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { TestApp } from '../../support/app/app.ts';
import { type Finished, root, runBuilt } from '../../support/processes/built.ts';
import { parsePrometheus } from '../../support/telemetry/prometheus.ts';
import { scrape } from '../../support/telemetry/served-metrics.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Every alert of the rules of Prometheus, by name. */
export const ALERTS: ReadonlySet<string> = new Set(
  ['alerts', 'slo']
    .flatMap((file) => parse(read(`deploy/prometheus/${file}.yml`)).groups)
    .flatMap(({ rules }: { rules: { alert?: string }[] }) => rules.flatMap(({ alert }) => alert ?? [])),
);

/** The lines behind a prompt in each runbook. */
const LINES = new Map(
  read('docs/runbooks.md')
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.split('\n')[0] ?? '', [...text.matchAll(/^\$ (.+)$/gm)].map(([, line = '']) => line)]),
);

/** Tools of the system, which tell about a machine or a cluster that a test does not have. */
export const NOT_OURS = /^(kubectl|df|redis-cli) /;
/** A line that changes something; the others only look. */
const MENDS = /(retry|unsuppress|enable|replay|disable|cancel|approve|reconcile)\b(?!.*--dry-run)/;

/** The names of a page's examples, and those of this situation. */
export interface Names {
  order?: string;
  subscription?: string;
  job?: string;
}

function replaced(line: string, { order, subscription, job }: Names): string {
  return line
    .replace('TU-261122-7K3M-9QXE', order ?? 'TU-261122-7K3M-9QXE')
    .replace('01a22815-e7c9-7319-aec3-b0c9234f0d12', subscription ?? '')
    .replace('retry 12', `retry ${job}`);
}

/** Runs lines of the runbooks against an app. */
export function createOperator(app: TestApp) {
  const environment = {
    ...app.sandbox.environment(),
    DATABASE_URL: app.db.url,
    PUBLIC_URL: app.url,
    CHECKOUT_RETURN_URL: `${app.url}/topup`,
  };

  async function runLine(line: string, settings: Record<string, string>): Promise<Finished> {
    if (line.startsWith('curl ')) {
      const answer = await fetch(line.replace(/^.*http:\/\/127\.0\.0\.1:4000/, app.url));
      return { code: answer.ok ? 0 : 22, signal: null, stdout: await answer.text(), stderr: '' };
    }
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    const [, , script = '', ...rest] = words;
    const args = rest[0] === '--' ? rest.slice(1) : rest;
    return runBuilt(`server/commands/${script.replace(':', '-')}.js`, args, { ...environment, ...settings });
  }

  async function run(alerts: readonly string[], isWanted: (line: string) => boolean, names: Names, settings = {}) {
    const lines = new Set(alerts.flatMap((alert) => LINES.get(alert) ?? []));
    const finished = new Map<string, Finished>();
    for (const line of [...lines].filter((each) => !NOT_OURS.test(each) && isWanted(each)))
      finished.set(line, await runLine(replaced(line, names), settings));
    return finished;
  }

  return {
    /** Runs each line that looks, once, of the alerts' runbooks. */
    look: (alerts: readonly string[], names: Names = {}, settings = {}) =>
      run(alerts, (line) => !MENDS.test(line), names, settings),
    /** Runs each line that mends, in the order of the page. */
    mend: (alerts: readonly string[], names: Names = {}) => run(alerts, (line) => MENDS.test(line), names),
    /** The samples of a metric that have these labels. */
    async samples(name: string, labels: Record<string, string> = {}) {
      return parsePrometheus(await scrape(app)).filter(
        (sample) =>
          sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
    },
  };
}

export const codesOf = (finished: ReadonlyMap<string, Finished>): Record<string, number | null> =>
  Object.fromEntries([...finished].map(([line, { code }]) => [line, code]));

export const linesOf = (alert: string): readonly string[] => LINES.get(alert) ?? [];
