import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTelemetry } from '../../../src/platform/telemetry/telemetry.ts';
import type { TestApp } from '../app/app.ts';
import { createOrder, purchase, until } from '../app/purchase.ts';
import { root } from '../processes/built.ts';
import { parsePrometheus } from './prometheus.ts';

export interface MetricFamily {
  type: string;
  labels: Set<string>;
}

/** Metrics of the library and of Prometheus itself. */
const NOT_OURS = { families: ['target_info'], labels: ['otel_scope_name', 'le'] };

/** Families by name, with every label of their samples. */
export function familiesOf(text: string): Map<string, MetricFamily> {
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].filter(
    ([, name = '']) => !NOT_OURS.families.includes(name),
  );
  const samples = parsePrometheus(text);
  return new Map(
    types.map(([, name = '', type = '']) => {
      const suffix = type === 'histogram' ? /_(bucket|sum|count)$/ : /$^/;
      const own = samples.filter((sample) => sample.name.replace(suffix, '') === name);
      const labels = own.flatMap((sample) => Object.keys(sample.labels));
      return [name, { type, labels: new Set(labels.filter((label) => !NOT_OURS.labels.includes(label))) }];
    }),
  );
}

/** The table of docs/operations.md 3. `says` is the text of its last column. */
export function documentedMetrics(): Map<string, MetricFamily & { says: string }> {
  const text = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const section = text.slice(text.indexOf('\n## 3. '), text.indexOf('\n## 4. '));
  const rows = [...section.matchAll(/^\| `(\w+)`(?: \((gauge|histogram)\))? +\|([^|]*)\|(.*)\|$/gm)];
  return new Map(
    rows.map(([, name = '', type = 'counter', labels = '', says = '']) => {
      const names = [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label);
      return [name, { type, labels: new Set(names), says }];
    }),
  );
}

export async function scrape({ url }: Pick<TestApp, 'url'>): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

/** Every metric of the product: from an app in which everything that is counted has happened once. */
export async function everythingServed(app: TestApp): Promise<Map<string, MetricFamily>> {
  const buyer = await app.client({ organization_id: '1003' });
  await buyer.query('{ topupOptions { code } }');
  await purchase(app, buyer, '1003', { agent_extra: '1' });
  await createOrder(buyer, '1003', { agent_extra: '1' });
  // A due job that no worker takes.
  await app.db.query(`select graphile_worker.add_job('nobodys')`);
  await app.db.query(`insert into audit_runs (finished_at, violations) values (now(), '{"counter_equals_ledger": 0}')`);
  // A receiver that nobody subscribed to anything that happens.
  await app.db.query(
    `insert into event_subscriptions (id, organization_id, url, secret, types, created_at)
     values (gen_random_uuid(), 'nobody', 'https://erp.example.com', 'whsec_', '{}', now())`,
  );
  // A payment that awaits an operator.
  await app.db.query(
    `insert into payment_events (id, event_id, source, type, order_number, invoice_id, amount, currency, outcome, received_at)
     values (gen_random_uuid(), 'of nobody', 'webhook', 'invoice.paid', 'TU-NONE', 'inv_none', 1, 'IDR', 'unknown_order', now())`,
  );
  const served = await until(
    async () => familiesOf(await scrape(app)),
    (families) => families.has('jobs_finished_total'),
  );
  return new Map([...served, ...(await ofOptionalServers())]);
}

/** Metrics that are served only with a Redis, which not every test machine has, or with a replica. */
async function ofOptionalServers(): Promise<Map<string, MetricFamily>> {
  const telemetry = createTelemetry();
  telemetry.redisUp(true);
  telemetry.redisCall('get', 'ok');
  telemetry.replicaRead('replica');
  telemetry.replicaLag(0);
  const text = await telemetry.text();
  await telemetry.stop();
  return familiesOf(text);
}
