import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { root } from '../../support/processes/built.ts';
import { readPromql } from '../../support/telemetry/promql.ts';
import { documentedMetrics, everythingServed, type MetricFamily } from '../../support/telemetry/served-metrics.ts';

const readText = (path: string) => readFileSync(join(root, path), 'utf8');

interface Alert {
  name: string;
  expr: string;
  for: string;
  severity: string;
  summary: string;
  runbook: string;
}

/** Parses the rules in their one form; a line in another form fails. */
function readAlerts(file: string): Alert[] {
  const rule =
    /^ {6}- alert: (?<name>\w+)\n {8}expr: (?<expr>.+)\n {8}for: (?<for>.+)\n {8}labels:\n {10}severity: (?<severity>.+)\n {8}annotations:\n {10}summary: (?<summary>.+)\n {10}runbook: (?<runbook>.+)$/gm;
  const record = /^ {6}- record: [\w:]+\n {8}expr: .+\n {8}labels:\n {10}slo: \w+$/gm;
  const text = readText(file);
  const alerts = [...text.matchAll(rule)].map(({ groups }) => ({ ...groups }) as unknown as Alert);
  const rest = text.replace(rule, '').replace(record, '').split('\n');
  const frame = /^(#.*|groups:| {2}- name: [\w-]+| {4}interval: 1m| {4}rules:|)$/;
  expect(rest.filter((line) => !frame.test(line))).toEqual([]);
  return alerts;
}

/** The expressions of recorded series, by series and service level. */
function readRecords(): { where: string; expr: string }[] {
  const record = /- record: (\S+)\n +expr: (.+)\n +labels:\n +slo: (\w+)/g;
  return [...readText('deploy/prometheus/slo.yml').matchAll(record)].map(([, name, expr = '', slo]) => ({
    where: `${name} of ${slo}`,
    expr,
  }));
}

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { refId: string; expr: string; legendFormat: string; datasource: { uid: string } }[];
}

interface Dashboard {
  uid: string;
  schemaVersion: number;
  templating: { list: { name: string; type: string; query: string }[] };
  panels: Panel[];
}

const dashboard: Dashboard = JSON.parse(readText('deploy/grafana/self-topup.json'));
const targets = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));
const alerts = readAlerts('deploy/prometheus/alerts.yml');
/** Two alerts for each level: one wakes somebody. */
const burning = readAlerts('deploy/prometheus/slo.yml');
/** Grafana replaces this variable by a duration. */
const withoutMacros = (expr: string) => expr.replaceAll('$__rate_interval', '5m');
const expressions = [
  ...alerts.map(({ name, expr }) => ({ where: name, expr })),
  ...readRecords(),
  ...targets.map(({ title, expr }) => ({ where: title, expr: withoutMacros(expr) })),
];

let app: TestApp;
let served: Map<string, MetricFamily>;

beforeAll(async () => {
  app = await startApp();
  served = await everythingServed(app);
  // Prometheus adds these labels to every target.
  served.set('up', { type: 'gauge', labels: new Set(['job', 'instance']) });
});

afterAll(() => app?.close());

/** The labels of a metric as named in an expression; undefined for a metric that the product does not serve. */
function labelsOf(metric: string): Set<string> | undefined {
  const whole = served.get(metric);
  if (whole !== undefined && whole.type !== 'histogram') return whole.labels;
  const histogram = served.get(metric.replace(/_(bucket|sum|count)$/, ''));
  if (histogram?.type !== 'histogram') return undefined;
  return metric.endsWith('_bucket') ? new Set([...histogram.labels, 'le']) : histogram.labels;
}

test('the scan finds every rule and panel of the files', () => {
  expect(alerts.length).toBeGreaterThan(15);
  expect(targets.length).toBeGreaterThan(15);
  expect(alerts).toHaveLength(readText('deploy/prometheus/alerts.yml').split('alert:').length - 1);
});

test.each(expressions)("$where is valid PromQL over the product's metrics: $expr", ({ expr }) => {
  const { errors, metrics, matchers, groupings } = readPromql(expr);
  expect(errors).toEqual([]);
  expect(metrics.length).toBeGreaterThan(0);
  expect(metrics.filter((metric) => labelsOf(metric) === undefined)).toEqual([]);
  expect(matchers.filter(({ metric, label }) => !labelsOf(metric)?.has(label))).toEqual([]);
  expect(groupings.filter((label) => !metrics.every((metric) => labelsOf(metric)?.has(label)))).toEqual([]);
  const known = documentedMetrics();
  // The name of an operation is a root field, and `le` a bucket: the metric's description lists neither.
  const isKnown = ({ metric, label, value }: (typeof matchers)[number]) =>
    metric === 'up' || ['name', 'le'].includes(label) || known.get(metric)?.says.includes(`\`${value}\``);
  expect(matchers.filter((matcher) => !isKnown(matcher))).toEqual([]);
});

const promtool = (...args: string[]) => {
  const { error, status, stderr, stdout } = spawnSync('promtool', args, { cwd: root, encoding: 'utf8' });
  if (error !== undefined)
    throw new Error('promtool is missing: install the package prometheus, as .ci/run does', { cause: error });
  return { status, words: `${stdout}${stderr}` };
};

test("Prometheus' own checker accepts the rules", () => {
  const files = ['deploy/prometheus/alerts.yml', 'deploy/prometheus/slo.yml'];
  expect(promtool('check', 'rules', ...files)).toMatchObject({ status: 0 });
});

test('the levels burn in the cases of slo.test.yml, and in no other', () => {
  const { status, words } = promtool('test', 'rules', 'deploy/prometheus/slo.test.yml');
  expect({ status, failed: /FAILED.*/s.exec(words)?.[0] }).toEqual({ status: 0 });
});

test('the latencies of the levels are buckets that the product serves', async () => {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  for (const le of ['1', '2.5'])
    expect(text).toMatch(new RegExp(`^graphql_operation_duration_seconds_bucket\\{.*le="${le}"`, 'm'));
});

describe('the alert rules', () => {
  const operations = readText('docs/operations.md');
  const runbooks = new Map(
    readText('docs/runbooks.md')
      .split(/^## /m)
      .slice(1)
      .map((section) => [`docs/runbooks.md#${section.split('\n')[0]?.toLowerCase()}`, section]),
  );

  test.each([...alerts, ...burning])('$name has a delay, a severity, and a runbook that names commands', (alert) => {
    expect(alert.for).toMatch(/^\d+[mhd]$/);
    expect(['critical', 'warning']).toContain(alert.severity);
    expect(alert.runbook).toBe(`docs/runbooks.md#${alert.name.toLowerCase()}`);
    expect(runbooks.get(alert.runbook)).toMatch(/```console\n\$ [a-z]/);
  });

  test('a runbook belongs to an alert', () => {
    const wanted = new Set([...alerts, ...burning].map(({ runbook }) => runbook));
    expect([...runbooks.keys()].filter((anchor) => !wanted.has(anchor))).toEqual([]);
  });

  test.each(alerts)('$name uses only labels that its expression keeps', ({ expr, summary }) => {
    const named = [...summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
    const { groupings, metrics } = readPromql(expr);
    const left = metrics.includes('up') ? [...(served.get('up')?.labels ?? [])] : groupings;
    expect(named.filter((label) => !left.includes(label ?? ''))).toEqual([]);
  });

  test('are exactly the list in docs/operations.md 10', () => {
    const listed = operations.slice(
      operations.indexOf('\n## 10. '),
      operations.indexOf('Events that only the log has'),
    );
    const names = [...listed.matchAll(/^\| (`[A-Z]\w+`(?:, `\w+`)*) +\|/gm)].flatMap(
      ([, cell = '']) => cell.match(/\w+/g) ?? [],
    );
    const all = [...alerts, ...burning].map(({ name }) => name);
    expect(names.toSorted()).toEqual([...new Set(all)].toSorted());
  });
});

describe('the dashboard', () => {
  test('takes its data source from the variable everywhere', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(41);
    expect(dashboard.templating.list).toMatchObject([{ name: 'datasource', type: 'datasource', query: 'prometheus' }]);
    const sources = [...dashboard.panels.filter(({ type }) => type !== 'row'), ...targets].map(
      ({ datasource }) => datasource?.uid,
    );
    expect(sources.filter((uid) => !/^\$\{datasource\}$/.test(uid ?? ''))).toEqual([]);
  });

  test('shows every metric of the product except the counts of histograms', () => {
    const shown = new Set(
      targets.flatMap(({ expr }) =>
        readPromql(withoutMacros(expr)).metrics.map((name) => name.replace(/_bucket$/, '')),
      ),
    );
    expect([...served.keys()].filter((name) => name !== 'up' && !shown.has(name))).toEqual([]);
  });

  test('has panels with unique ids, a title, a text, and no overlap on the grid', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
    expect(panels.filter(({ type, title, description }) => title === '' || (type !== 'row' && !description))).toEqual(
      [],
    );
  });

  test.each(targets)('the legend of "$title" uses only labels that its expression keeps', ({ expr, legendFormat }) => {
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
    const { groupings } = readPromql(withoutMacros(expr));
    expect(named.filter((label) => !groupings.includes(label ?? ''))).toEqual([]);
    expect(groupings.filter((label) => label !== 'le' && named.length > 0 && !named.includes(label))).toEqual([]);
  });
});
