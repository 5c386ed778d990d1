import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { migrations } from '../../../migrations/index.ts';
import { startPostgres } from '../../../sandbox/postgres/postgres.ts';
import { entities } from '../../../src/app/entities.ts';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { ROLES } from '../../../src/platform/database/roles.ts';
import { startApp } from '../../support/app/app.ts';
import { purchase } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

/** These tests log in without a superuser, which a managed PostgreSQL server gives to nobody. */

interface Login {
  name: string;
  url: string;
}

/** No other test uses this name: roles belong to the whole server. */
async function createLogin(db: TestDatabase, attributes = ''): Promise<Login> {
  const name = `login_${randomBytes(6).toString('hex')}`;
  await db.query(`create role ${name} login password 'secret' ${attributes}`);
  const url = new URL(db.url);
  url.username = name;
  url.password = 'secret';
  return { name, url: url.toString() };
}

/** An empty database, owned by the login. */
async function databaseOf(attributes: string, server?: string): Promise<{ db: TestDatabase; login: Login }> {
  const db = await createDatabase('template1', server);
  const login = await createLogin(db, attributes);
  await db.query(`do $$ begin execute format('alter database %I owner to ${login.name}', current_database()); end $$`);
  return { db, login };
}

/** Uses a connection that takes no role. */
async function asLogin({ url }: Login, sql: string): Promise<number | null> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rowCount;
  } finally {
    await client.end();
  }
}

const migrateAs = ({ url }: Login) => migrate({ url, entities, migrations });

/** A whole purchase: request, webhook, jobs. */
async function buySomething(
  db: TestDatabase,
  env: Record<string, string>,
  afterwards: () => Promise<void> = async () => undefined,
): Promise<void> {
  const app = await startApp({ db, env });
  try {
    await purchase(app, await app.client(), '1001', { muv: '500' });
    await afterwards();
  } finally {
    await app.close();
  }
}

test('a login without superuser that may create roles migrates its database and serves from it', async () => {
  const directory = join(tmpdir(), `self-topup-logins-${process.pid}`);
  // No role has been created on this server yet.
  const server = await startPostgres({ directory });
  onTestFinished(() => server.stop());
  const { db, login } = await databaseOf('createrole', server.url);
  expect(await migrateAs(login)).toContain('RowSecurity1764400000000');
  expect(await migrateAs(login)).toEqual([]);
  // A role with our name would replace it for the next user of the connection.
  const temporary = `set role ${ROLES.runtime}; create temporary table topup_orders (id int)`;
  await expect(asLogin(login, temporary)).rejects.toThrow('permission denied');
  await buySomething(db, { DATABASE_URL: login.url });
});

test('a login that may not create roles learns what an administrator has to do; then it works', async () => {
  const { db, login } = await databaseOf('');
  const refusal: Error = await migrateAs(login).then(
    () => new Error('it was let'),
    (error) => error,
  );
  const [, advice = ''] = /An administrator can, once: (.*)$/s.exec(refusal.message) ?? [];
  const commands = advice.split(';').filter((command) => command.trim() !== '');
  expect(commands.map((command) => command.trim().split(' ').slice(0, 2).join(' '))).toEqual([
    ...Object.values(ROLES).map(() => 'create role'),
    `grant ${ROLES.runtime},`,
  ]);
  // The roles exist: another database of this server has been migrated.
  await db.query(commands.at(-1) ?? '');
  await migrateAs(login);
  await buySomething(db, { DATABASE_URL: login.url });
});

test('with one login per role, callers stay within their role, whatever they send', async () => {
  const db = await createDatabase();
  const web = await createLogin(db, `in role ${ROLES.runtime}`);
  const jobs = await createLogin(db, `in role ${ROLES.background}`);
  const forbidden = [
    `set role ${ROLES.background}`,
    `set role ${ROLES.migrator}`,
    'set role postgres',
    `set session authorization ${jobs.name}`,
    'set row_security = off; select from topup_orders',
  ];
  await buySomething(db, { DATABASE_URL: web.url, DATABASE_BACKGROUND_URL: jobs.url }, async () => {
    for (const sql of forbidden) {
      const refused = /permission denied|would be affected by row-level security/;
      await expect(asLogin(web, sql)).rejects.toThrow(refused);
    }
    expect(await asLogin(web, 'select from topup_orders')).toBe(0);
    expect(await asLogin(jobs, 'select from topup_orders')).toBe(1);
  });
});

test('objects from before the roles go to the migrator and keep working', async () => {
  const { db, login } = await databaseOf('');
  await db.query(`grant ${Object.values(ROLES).join(', ')} to ${login.name}`);
  const old = await connectDatabase({ url: login.url, entities, migrations: migrations.slice(0, 4) });
  await old.runMigrations();
  await old.destroy();
  const owners = () => db.query(`select distinct tableowner as owner from pg_tables where schemaname = 'public'`);
  expect(await owners()).toEqual([{ owner: login.name }]);
  await migrateAs(login);
  expect(await owners()).toEqual([{ owner: ROLES.migrator }]);
  await buySomething(db, { DATABASE_URL: login.url }, async () => {
    // The previous version does this, and its replicas may still be running.
    expect(await asLogin(login, 'select from topup_orders')).toBe(1);
  });
});
