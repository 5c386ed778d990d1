import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../support/processes/built.ts';
import type { Sample } from '../../support/telemetry/prometheus.ts';
import { readPromql } from '../../support/telemetry/promql.ts';

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

/** What Prometheus scraped before a situation, in it, at its end, and when the product was used again. */
export interface Scrapes {
  before: readonly Sample[];
  during: readonly Sample[];
  ended: readonly Sample[];
  after: readonly Sample[];
}

/** How the scrapes become the series of hours. */
export interface Course {
  /** The counters go on as they went between the scrapes, each minute. By default they move once. */
  goesOn?: boolean;
  /** For rules that look at a day: each phase lasts for 27 hours instead of 75 minutes. */
  takesADay?: boolean;
  /** These fire in a new database as well, without a cause. */
  fromTheStart?: readonly string[];
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

const COUNTER = /_(total|bucket|count|sum)$/;
const keyOf = ({ name, labels }: Sample) =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')}}`;

/** A series in promtool's notation: three phases of so many steps. */
function valuesOf(series: string, phases: Record<string, number>[], steps: number, { goesOn = false }: Course): string {
  const [before, during, ended, after] = phases.map((phase) => phase[series]);
  const level = (value: number | undefined) => (value === undefined ? `_x${steps}` : `${value}x${steps - 1}`);
  if (!COUNTER.test(series.split('{')[0] ?? '') || during === undefined)
    return [before, during, after].map(level).join(' ');
  const grown = during - (before ?? 0);
  // A process that was started again counts from 0.
  const grownAfter = Math.max(0, (after ?? 0) - (ended ?? 0));
  if (!goesOn) return [level(before), level(during), level(during + grownAfter)].join(' ');
  const top = (before ?? 0) + grown * steps;
  const line = (from: number, step: number) => `${from + step}+${step}x${steps - 1}`;
  return [level(before), line(before ?? 0, grown), line(top, grownAfter)].join(' ');
}

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
