import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  directoryForServers,
  ownerOfServers,
  type PackagedPostgres,
  programOf,
  startPackagedPostgres,
} from '../../../sandbox/postgres/packaged-postgres.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder, purchase, until, untilStatus } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted, runBuilt } from '../../support/processes/built.ts';

/** The commands of docs/operations.md 9, by a login that is no superuser, from one server into another. */

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const directory = directoryForServers(join(tmpdir(), `self-topup-restore-${process.pid}`));
const archive = directoryForServers(join(directory, 'archive'));
const dump = join(directory, 'topup.dump');

let source: PackagedPostgres;
let target: PackagedPostgres;
let app: TestApp;
let from: OwnedDatabase;

interface OwnedDatabase {
  db: TestDatabase;
  /** The address for its owner, who may create roles and is no superuser. */
  url: string;
}

async function ownedDatabase(server: PackagedPostgres): Promise<OwnedDatabase> {
  const db = await createDatabase('template1', server.url);
  await db.query(`do $$ begin
    if to_regrole('topup') is null then create role topup login createrole password 'secret'; end if;
    execute format('alter database %I owner to topup', current_database());
  end $$`);
  const url = new URL(db.url);
  url.username = 'topup';
  url.password = 'secret';
  return { db, url: url.toString() };
}

const command = (name: string, args: readonly string[], url: string, env: Record<string, string> = {}) =>
  runBuilt(`server/commands/${name}.js`, args, { ...env, DATABASE_URL: url });

const dumpOf = (url: string) =>
  execFileSync(programOf('pg_dump'), [
    '--format=custom',
    '--enable-row-security',
    '--role=self_topup_migrator',
    `--file=${dump}`,
    url,
  ]);
const restore = (url: string, ...options: string[]) =>
  execFileSync(programOf('pg_restore'), ['--exit-on-error', ...options, `--dbname=${url}`, dump]);

beforeAll(async () => {
  [source, target] = await Promise.all([
    startPackagedPostgres(join(directory, 'source'), {
      wal_level: 'replica',
      archive_mode: 'on',
      archive_command: `cp %p ${archive}/%f`,
    }),
    startPackagedPostgres(join(directory, 'target')),
    buildOnce(),
  ]);
  from = await ownedDatabase(source);
  expect(await command('migrate', [], from.url)).toMatchObject({ code: 0, stderr: '' });
  app = await startApp({ db: from.db, env: { DATABASE_URL: from.url } });
});

afterAll(async () => {
  await endStarted();
  await app?.sandbox.stop();
  await Promise.all([source?.stop(), target?.stop()]);
  execFileSync('rm', ['-rf', directory]);
});

/** Another server over the same neighbours, which now tell it. */
async function serveFrom(url: string, db: TestDatabase): Promise<TestApp> {
  const replica = await startApp({ shared: { db, sandbox: app.sandbox }, env: { DATABASE_URL: url } });
  app.sandbox.mekariPay.setWebhookUrl(`${replica.url}/webhooks/mekari-pay`);
  return replica;
}

const rowsByTable = async (db: TestDatabase) => {
  const tables = await db.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('public', 'graphile_worker') order by name`,
  );
  const counts = tables.map(async ({ name }) => [name, (await db.query(`select from ${name}`)).length] as const);
  return Object.fromEntries(await Promise.all(counts));
};

test('a role without superuser dumps every row: each table that hides rows shows all to the migrator', async () => {
  const hidden = await from.db.query(`select relname from pg_class c where relrowsecurity and relforcerowsecurity
    and not exists (select from pg_policy where polrelid = c.oid and polpermissive and polcmd in ('*', 'r')
      and pg_get_expr(polqual, polrelid) = 'true' and 'self_topup_migrator'::regrole = any(polroles))`);
  expect(hidden).toEqual([]);
});

test('a dump is restored into a new server, where orders in flight go on, and the audit is green', async () => {
  const client = await app.client();
  const done = await purchase(app, client, '1001', { muv: '500' });
  const awaiting = await confirmOrder(client, await createOrder(client, '1001', { wa_balance: '1000000' }));
  await app.sandbox.moderator.refuse();
  const unbooked = await confirmOrder(client, await createOrder(client, '1001', { agent_extra: '3' }));
  await app.sandbox.mekariPay.pay(unbooked.number);
  await untilStatus(client, unbooked.id, 'PAID');
  dumpOf(from.url);

  const to = await ownedDatabase(target);
  expect(await command('migrate', ['--prepare'], to.url)).toMatchObject({ code: 0, stderr: '' });
  restore(to.url);
  execFileSync(programOf('psql'), [to.url, '--quiet', '--set=ON_ERROR_STOP=1', '--command=analyze']);
  const counts = await rowsByTable(to.db);
  expect(counts).toMatchObject({ 'public.topup_orders': 3, 'public.quota_ledger_entries': 2 });
  expect(await command('migrate', [], to.url)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing/) });

  await app.sandbox.moderator.accept();
  const restored = await serveFrom(to.url, to.db);
  const again = await restored.client();
  await app.sandbox.mekariPay.pay(awaiting.number);
  expect(await command('jobs', ['retry', 'all'], to.url)).toMatchObject({ code: 0 });
  await untilStatus(again, awaiting.id, 'COMPLETED');
  await untilStatus(again, unbooked.id, 'COMPLETED');
  await untilStatus(again, done.id, 'COMPLETED');
  await restored.close();
  expect(await command('audit', [], to.url)).toMatchObject({ code: 0, stderr: '' });
  await to.db.drop();
});

test('a dump that was restored without its rights is told by migrate, with what to do', async () => {
  const to = await ownedDatabase(target);
  await command('migrate', ['--prepare'], to.url);
  restore(to.url, '--no-privileges');
  const { code, stderr } = await command('migrate', [], to.url);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The tables are there, but the roles may not read them: .*`npm run migrate -- --prepare`/);
  await to.db.drop();
});

test('a recovery to an earlier moment loses a payment, and reconcile brings it back', async () => {
  const base = directoryForServers(join(directory, 'base'));
  const { port } = new URL(source.url);
  const flags = ['--host=127.0.0.1', `--port=${port}`, '--username=postgres', '--wal-method=none', '--checkpoint=fast'];
  execFileSync(programOf('pg_basebackup'), [`--pgdata=${base}`, ...flags], { ...ownerOfServers(), stdio: 'ignore' });

  app.sandbox.mekariPay.setWebhookUrl(`${app.url}/webhooks/mekari-pay`);
  const client = await app.client();
  const order = await confirmOrder(client, await createOrder(client, '1001', { agent_extra: '2' }));
  const [moment] = await from.db.query<{ text: string }>(`select clock_timestamp()::text as text`);
  await app.sandbox.mekariPay.pay(order.number);
  await untilStatus(client, order.id, 'COMPLETED');
  await archiveAll();
  await app.stop();
  await from.db.drop();
  await source.kill();

  execFileSync('touch', [join(base, 'recovery.signal')], ownerOfServers());
  const recovered = await startPackagedPostgres(base, {
    restore_command: `cp ${archive}/%f %p`,
    recovery_target_time: moment?.text ?? '',
    recovery_target_action: 'promote',
    archive_mode: 'off',
  });
  const url = new URL(from.url);
  url.port = new URL(recovered.url).port;
  const env = { ...app.sandbox.environment(), CHECKOUT_RETURN_URL: 'http://127.0.0.1/topup' };
  const [before] = await statusOf(url.toString(), order.id);
  expect(before).toEqual({ status: 'PENDING_PAYMENT' });
  const since = new Date(Date.parse(moment?.text ?? '') - 300_000).toISOString();
  const reconciled = await command('orders', ['reconcile', '--since', since, '--actor', 'rina'], url.toString(), env);
  expect(reconciled.stdout).toMatch(new RegExp(`^mended  ${order.number}  payment_not_credited`, 'm'));
  expect(reconciled.code).toBe(0);
  const db = { ...from.db, url: url.toString() };
  const replica = await serveFrom(url.toString(), db);
  await until(
    () => statusOf(url.toString(), order.id),
    ([row]) => row?.status === 'COMPLETED',
  );
  await replica.close();
  expect(await command('audit', [], url.toString())).toMatchObject({ code: 0, stderr: '' });
  await recovered.stop();
});

/** Closes the current segment, and waits until it is in the archive. */
async function archiveAll(): Promise<void> {
  const client = new pg.Client({ connectionString: source.url });
  await client.connect();
  const { rows } = await client.query<{ segment: string }>('select pg_walfile_name(pg_switch_wal()) as segment');
  await until(
    async () => (await client.query('select last_archived_wal as last from pg_stat_archiver')).rows[0]?.last ?? '',
    (last: string) => last >= (rows[0]?.segment ?? ''),
  );
  await client.end();
}

async function statusOf(url: string, id: string): Promise<{ status: string }[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set role self_topup_background');
    return (await client.query<{ status: string }>('select status from topup_orders where id = $1', [id])).rows;
  } finally {
    await client.end();
  }
}
