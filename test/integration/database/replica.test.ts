import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { migrations } from '../../../migrations/index.ts';
import { type Postgres, startPostgres } from '../../../sandbox/postgres/postgres.ts';
import { entities } from '../../../src/app/entities.ts';
import { PROBES } from '../../../src/commands/config-probes.ts';
import type { Config } from '../../../src/config.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder, until } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { type Standby, startStandby } from '../../support/database/standby.ts';
import { parsePrometheus } from '../../support/telemetry/prometheus.ts';

/** A real streaming standby behind DATABASE_REPLICA_URL. Replay is paused, so that primary and standby have different rows. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const HISTORY = `query ($after: String, $before: DateTime) {
  topupOrders(organizationId: "1001", first: 20, after: $after, createdBefore: $before) {
    totalCount edges { cursor node { number } } } }`;
const DAY = 86_400_000;
const OLD = new Date(Date.now() - 30 * DAY);
const WHERE = sql<{ replica: boolean }>`select pg_is_in_recovery() as replica`;
const ROWS = sql<{ rows: number }>`select count(*)::int as rows from topup_orders`;

const directory = (name: string) => join(tmpdir(), `self-topup-replica-${name}-${process.pid}`);
let postgres: Postgres;
let standby: Standby;
let db: TestDatabase;
/** Goes on reading a replica that is an hour behind. */
let patient: TestApp;
/** Allows a lag of one second. */
let strict: TestApp;
/** An order of a month ago. */
let first: OrderFragment;

beforeAll(async () => {
  postgres = await startPostgres({ directory: directory('primary') });
  db = await createDatabase('template1', postgres.url);
  await migrate({ url: db.url, entities, migrations });
  standby = await startStandby({ url: postgres.url, directory: directory('primary') }, directory('standby'));
  // Commits do not wait for it: it is asynchronous, as such a replica is.
  await db.query('alter system reset synchronous_standby_names');
  await db.query('select pg_reload_conf()');
  const start = (lag: string, shared?: TestApp) =>
    startApp({
      db,
      withoutBackground: true,
      env: { DATABASE_REPLICA_URL: standbyUrl(), REPLICA_MAX_LAG_SECONDS: lag },
      ...(shared === undefined ? {} : { shared }),
    });
  patient = await start('3600');
  strict = await start('1', patient);
});

afterAll(async () => {
  await strict?.close();
  await patient?.close();
  await standby?.stop();
  await postgres?.stop();
});

/** The address of the shop's database on the standby. */
function standbyUrl(): string {
  const url = new URL(db.url);
  url.port = new URL(standby.url).port;
  return url.toString();
}

const request = (organizationId: string | undefined, scope = 'topup:write') =>
  ({ caller: { subject: 'u', organizationId, scopes: new Set([scope]) } }) as unknown as RequestContext;

/** True if a read of rows that were created before this time went to the standby. */
async function wentToStandby(app: TestApp, before: number, by = request('1001')): Promise<boolean> {
  const [[row]] = await app.callers.history(by, before, WHERE);
  return row?.replica === true;
}

const untilRead = (app: TestApp, isStandby: boolean) =>
  until(
    () => wentToStandby(app, OLD.getTime()),
    (went) => went === isStandby,
  );

/** Makes an order one of a month ago. The standby learns of it only if it replays. */
async function age({ id }: { id: string }): Promise<void> {
  await db.query(`set session_replication_role = replica;
    update topup_orders set created_at = '${OLD.toISOString()}' where id = '${id}';
    reset session_replication_role`);
}

async function history(client: TestClient, variables: Record<string, unknown>) {
  const { topupOrders } = await client.query(HISTORY, variables);
  return {
    total: topupOrders.totalCount as number,
    cursors: topupOrders.edges.map(({ cursor }: { cursor: string }) => cursor) as string[],
    numbers: topupOrders.edges.map(({ node }: { node: { number: string } }) => node.number) as string[],
  };
}

const untilLogged = (app: TestApp, line: Record<string, string>) =>
  until(
    async () => app.logs.some((each) => Object.entries(line).every(([name, value]) => each[name] === value)),
    (isLogged) => isLogged,
  );

async function metric(app: TestApp, name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const samples = parsePrometheus(await (await fetch(`${app.url}/metrics`)).text());
  const fits = (of: Record<string, string>) => Object.entries(labels).every(([label, value]) => of[label] === value);
  return samples.find((sample) => sample.name === name && fits(sample.labels))?.value;
}

test('only rows that no caller can change any more are read from the standby', async () => {
  await untilRead(patient, true);
  // A quote, an approval and a payment may take four days together.
  expect(await wentToStandby(patient, Date.now() - 5 * DAY)).toBe(true);
  expect(await wentToStandby(patient, Date.now() - 3 * DAY)).toBe(false);
  expect(await wentToStandby(patient, Number.POSITIVE_INFINITY)).toBe(false);
});

test('the standby shows a caller the rows of its organization, and none without one', async () => {
  first = await createOrder(await patient.client(), '1001', { muv: '500' });
  await age(first);
  const shown = async (by: RequestContext) => (await patient.callers.history(by, OLD.getTime(), ROWS))[0][0]?.rows;
  await until(
    () => shown(request('1001')),
    (rows) => rows === 1,
  );
  expect(await wentToStandby(patient, OLD.getTime(), request('1004'))).toBe(true);
  expect(await shown(request('1004'))).toBe(0);
  expect(await shown(request(undefined))).toBe(0);
  expect(await shown(request('1004', 'topup:support'))).toBe(1);
});

test('a buyer sees an order at once, while older pages come from a standby within its lag, and from the primary beyond it', async () => {
  await untilRead(strict, true);
  const client = await patient.client();
  const second = await createOrder(client, '1001', { muv: '500' });
  await onStandby('select pg_wal_replay_pause()');
  await age(second);
  const draft = await createOrder(client, '1001', { muv: '500' });
  const page = await history(client, {});
  expect(page).toMatchObject({ total: 3, numbers: [draft.number, expect.any(String), expect.any(String)] });
  const before = new Date(OLD.getTime() + DAY).toISOString();
  expect(await history(client, { before })).toMatchObject({ total: 1, numbers: [first.number] });
  await untilRead(strict, false);
  const fresh = await history(await strict.client(), { before });
  expect([fresh.total, fresh.numbers.toSorted()]).toEqual([2, [first.number, second.number].toSorted()]);
  await untilLogged(strict, { event: 'replica_down', reason: 'it is too far behind' });
  expect(await metric(strict, 'replica_reads_total', { outcome: 'behind' })).toBeGreaterThan(0);
  expect(await metric(strict, 'replica_lag_seconds')).toBeGreaterThan(1);
  await onStandby('select pg_wal_replay_resume()');
  await untilRead(strict, true);
});

test('check:config tells a standby that streams from a primary, and from a server that does not answer', async () => {
  expect(await probe(standbyUrl())).toBe('a standby that streams');
  expect(await probe(db.url)).toBe('this server takes writes: name a standby that streams from the primary');
  expect(await probe('postgres://127.0.0.1:1/topup')).toBe(
    'The database at 127.0.0.1:1 cannot be reached (connect ECONNREFUSED 127.0.0.1:1): see that it runs, and check DATABASE_REPLICA_URL.',
  );
});

test('a standby that nobody feeds is not read, however little the primary has written since, and its lag goes on', async () => {
  await untilRead(patient, true);
  const [{ primary_conninfo: source }] = await onStandby('show primary_conninfo');
  const streamFrom = async (conninfo: string) => {
    await onStandby(`alter system set primary_conninfo = '${conninfo}'`);
    await onStandby('select pg_reload_conf()');
  };
  await streamFrom('');
  await untilRead(patient, false);
  await untilLogged(patient, {
    event: 'replica_down',
    reason: 'it streams from nobody: name a standby of this primary',
  });
  expect(await probe(standbyUrl())).toBe('it streams from nobody: name a standby of the primary');
  const lag = await metric(patient, 'replica_lag_seconds');
  await until(
    () => metric(patient, 'replica_lag_seconds'),
    (now) => Number(now) > Number(lag) + 1,
  );
  await streamFrom(source);
  await untilRead(patient, true);
});

test('without its standby the primary answers, and the metrics and the log say so', async () => {
  await standby.stop();
  await untilRead(patient, false);
  const before = new Date(OLD.getTime() + DAY).toISOString();
  expect(await history(await patient.client(), { before })).toMatchObject({ total: 2 });
  await untilLogged(patient, { event: 'replica_down' });
  expect(await metric(patient, 'replica_reads_total', { outcome: 'replica' })).toBeGreaterThan(0);
});

/** The line of `npm run check:config` about a replica at this address. */
const probe = (url: string) =>
  PROBES.find(({ name }) => name === 'database, replica')
    ?.run({ DATABASE_REPLICA_URL: url } as Config)
    .catch(({ message }: Error) => message);

/** Runs a statement on the standby, in the database postgres. */
async function onStandby(statement: string) {
  const client = new pg.Client({ connectionString: standby.url });
  await client.connect();
  const { rows } = await client.query(statement);
  await client.end();
  return rows;
}
