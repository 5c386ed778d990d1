import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { purchase, until } from '../../support/app/purchase.ts';
import { parsePrometheus, type Sample } from '../../support/telemetry/prometheus.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app.close());

async function get(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${app.url}${path}`);
  return { status: response.status, body: await response.json() };
}

async function samples(name: string): Promise<Sample[]> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  return parsePrometheus(text).filter((sample) => sample.name === name);
}

/** The count by the given labels. */
async function count(name: string, labels: Record<string, string>): Promise<number> {
  const matching = (await samples(name)).filter((sample) =>
    Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return matching.reduce((sum, { value }) => sum + value, 0);
}

/** Simulates a database outage: every connection is closed and new ones are refused. */
async function withoutDatabase(run: () => Promise<void>): Promise<void> {
  const name = new URL(app.db.url).pathname.slice(1);
  const admin = new pg.Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  try {
    await admin.query(`alter database ${name} with allow_connections false`);
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name <> ''`,
      [name],
    );
    await run();
  } finally {
    await admin.query(`alter database ${name} with allow_connections true`);
    await admin.end();
  }
}

test('the server is live and ready', async () => {
  expect(await get('/livez')).toEqual({ status: 200, body: { status: 'ok' } });
  expect(await get('/readyz')).toMatchObject({
    status: 200,
    body: { status: 'ok', checks: { database: 'up', redis: 'none' } },
  });
});

test('the server without its database is live and not ready, masks its errors, and recovers', async () => {
  const admin = await app.client();
  await withoutDatabase(async () => {
    expect(await get('/readyz')).toMatchObject({ status: 503, body: { checks: { database: 'down' } } });
    expect(await get('/livez')).toMatchObject({ status: 200 });
    expect((await fetch(`${app.url}/metrics`)).status).toBe(200);
    const { data, errors } = await admin.send('{ topupOrders { totalCount } }');
    expect(data).toEqual({ topupOrders: null });
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(JSON.stringify(errors)).not.toMatch(/connect|database|postgres/i);
  });
  await until(
    () => get('/readyz'),
    ({ status }) => status === 200,
  );
  expect(await admin.query('{ topupOrders { __typename } }')).toEqual({
    topupOrders: { __typename: 'TopupOrderConnection' },
  });
});

test('the background completes a purchase after the database was down', async () => {
  await withoutDatabase(async () => {
    expect((await get('/readyz')).status).toBe(503);
  });
  await until(
    () => get('/readyz'),
    ({ status }) => status === 200,
  );
  const order = await purchase(app, await app.client({ organization_id: '1002' }), '1002', { agent_extra: '1' });
  expect(order.status).toBe('COMPLETED');
});

test('the metrics are Prometheus text and count requests', async () => {
  const operations = (outcome: string) => count('graphql_operations_total', { name: 'excessUsages', outcome });
  const before = { ok: await operations('ok'), error: await operations('error') };
  const admin = await app.client();
  await admin.query('{ excessUsages { code } }');
  await admin.query('query Named { renamed: excessUsages { code } }');
  await admin.send('{ excessUsages(organizationId: "1004") { code } }');
  expect(await operations('ok')).toBe(before.ok + 2);
  expect(await operations('error')).toBe(before.error + 1);
});

test('calls to neighbours, payments and jobs of a purchase are counted once each', async () => {
  const figures = async () => ({
    bookings: await count('upstream_calls_total', { neighbour: 'moderator' }),
    settled: await count('payment_events_total', { source: 'webhook', outcome: 'settled' }),
    booked: await count('jobs_finished_total', { outcome: 'done' }),
    completed: Number(
      (await app.db.query("select count(*) from topup_orders where status = 'COMPLETED'"))[0]?.['count'],
    ),
  });
  const before = await figures();
  await purchase(app, await app.client({ organization_id: '1003' }), '1003', { agent_extra: '2' });
  const after = await until(figures, ({ booked }) => booked >= before.booked + 2);
  expect(after).toMatchObject({
    bookings: before.bookings + 1,
    settled: before.settled + 1,
    completed: before.completed + 1,
  });
});

test("a caller's text does not become a label of the metrics", async () => {
  const admin = await app.client();
  await admin.send('query MadeUp { madeUp }');
  await admin.send('mutation MadeUp { madeUp: __typename }');
  expect(JSON.stringify(await samples('graphql_operations_total'))).not.toMatch(/madeUp/i);
});

test('an unknown path is 404 with a correlation id', async () => {
  const response = await fetch(`${app.url}/nothing`);
  expect(response.status).toBe(404);
  expect(response.headers.get('x-correlation-id')).toMatch(/^[\w.-]{1,64}$/);
});
