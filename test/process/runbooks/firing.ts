import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../support/processes/built.ts';
import type { Sample } from '../../support/telemetry/prometheus.ts';
import { readPromql } from '../../support/telemetry/promql.ts';
import { type Course, keyOf, valuesOf } from './course.ts';

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
}

const GROUPS: { name: string; interval?: string; rules: Rule[] }[] = ['alerts', 'slo'].flatMap(
  (file) => parse(readFileSync(join(root, `deploy/prometheus/${file}.yml`), 'utf8')).groups,
);

/** Every alert of the rules of Prometheus, by name. */
export const ALERTS: ReadonlySet<string> = new Set(
  GROUPS.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? [])),
);

/** The scrapes before a situation, in it, at its end, and when the product was used again. */
export interface Scrapes {
  before: readonly Sample[];
  during: readonly Sample[];
  ended: readonly Sample[];
  after: readonly Sample[];
}

/** The rules of these alerts, and those whose series they read, as they stand in the files. */
function rulesOf(alerts: readonly string[]): typeof GROUPS {
  const isWanted = ({ alert, record }: Rule) => record !== undefined || alerts.includes(alert ?? '');
  const wanted = GROUPS.map((group) => ({ ...group, rules: group.rules.filter(isWanted) }));
  const read = new Set(
    wanted.flatMap(({ rules }) => rules.flatMap(({ alert, expr }) => (alert ? metricsOf(expr) : []))),
  );
  return wanted.map((group) => ({
    ...group,
    rules: group.rules.filter(({ record }) => record === undefined || read.has(record)),
  }));
}

const metricsOf = (expr: string): string[] => readPromql(expr).metrics;

/** Runs Prometheus' rules over the scrapes, and expects these alerts to fire in the situation and not after it. */
export function expectToFire(
  alerts: readonly string[],
  { before, during, ended, after }: Scrapes,
  course: Course = {},
): void {
  const groups = rulesOf(alerts);
  const metrics = new Set(groups.flatMap(({ rules }) => rules.flatMap(({ expr }) => metricsOf(expr))));
  const phases = [before, during, ended, after].map((samples) =>
    Object.fromEntries(samples.filter(({ name }) => metrics.has(name)).map((sample) => [keyOf(sample), sample.value])),
  );
  const [minutes, steps] = course.takesADay ? [15, 108] : [1, 75];
  const names = [...new Set(phases.flatMap((phase) => Object.keys(phase)))];
  const firing = `ALERTS{alertstate="firing", alertname=~"${alerts.join('|')}"}`;
  const phase = `${steps * minutes}m`;
  // During the situation at any time, because a counter may move only once. Before and after it, at the end.
  const expected = [
    { selector: firing, fire: course.fromTheStart ?? [] },
    { selector: `max_over_time(${firing}[${phase}])`, fire: alerts },
    { selector: firing, fire: [] },
  ];
  const test = {
    interval: `${minutes}m`,
    input_series: names.map((series) => ({ series, values: valuesOf(series, phases, steps, course) })),
    promql_expr_test: expected.map(({ selector, fire }, index) => ({
      expr: `group by (alertname) (${selector})`,
      eval_time: `${((index + 1) * steps - 1) * minutes}m`,
      exp_samples: fire.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
    })),
  };
  expect(promtool(groups, test)).toEqual({ status: 0, failed: undefined });
}

function promtool(groups: typeof GROUPS, test: { interval: string }) {
  const directory = mkdtempSync(join(tmpdir(), 'self-topup-alerts-'));
  try {
    const write = (file: string, content: unknown) => writeFileSync(join(directory, file), JSON.stringify(content));
    write('rules.json', { groups: groups.filter(({ rules }) => rules.length > 0) });
    write('test.json', { rule_files: ['rules.json'], evaluation_interval: test.interval, tests: [test] });
    const args = ['test', 'rules', join(directory, 'test.json')];
    const { error, status, stderr, stdout } = spawnSync('promtool', args, { encoding: 'utf8' });
    if (error !== undefined) throw new Error('promtool is missing: install the package prometheus', { cause: error });
    return { status, failed: /FAILED.*/s.exec(`${stdout}${stderr}`)?.[0] };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
