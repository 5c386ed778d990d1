import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { ROLES } from '../../../src/platform/database/roles.ts';
import { startApp } from '../../support/app/app.ts';
import { purchase } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { startPgBouncer } from '../../support/database/pgbouncer.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { launchReplica } from '../../support/processes/replica.ts';

/** A real PgBouncer between the server and PostgreSQL. */

vi.setConfig({ testTimeout: 120_000 });

let db: TestDatabase;
let sandbox: Sandbox;
/** The names and passwords of a login for each role, whose role and time limits are settings of the login. */
const logins = { web: `web_${randomBytes(6).toString('hex')}`, jobs: `jobs_${randomBytes(6).toString('hex')}` };

beforeAll(async () => {
  [db, sandbox] = await Promise.all([createDatabase(), startSandbox(), buildOnce()]);
  for (const [name, role] of [
    [logins.web, ROLES.runtime],
    [logins.jobs, ROLES.background],
  ] as const) {
    await db.query(`create role ${name} login password 'secret' in role ${role}`);
    for (const setting of [
      `role = ${role}`,
      `statement_timeout = '15s'`,
      `idle_in_transaction_session_timeout = '15s'`,
    ])
      await db.query(`alter role ${name} set ${setting}`);
  }
});

afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
});

function urlOf(name: string): string {
  const url = new URL(db.url);
  url.username = name;
  url.password = 'secret';
  return url.toString();
}

async function startPooler(settings: Record<string, string>) {
  const users = { [logins.web]: 'secret', [logins.jobs]: 'secret' };
  const pooler = await startPgBouncer(db.url, users, settings);
  const env = {
    DATABASE_URL: pooler.through(urlOf(logins.web)),
    DATABASE_BACKGROUND_URL: pooler.through(urlOf(logins.jobs)),
  };
  return { env, stop: () => pooler.stop() };
}

async function environmentThrough(settings: Record<string, string>): Promise<Record<string, string>> {
  const { env, stop } = await startPooler(settings);
  onTestFinished(stop);
  return env;
}

const IGNORED = 'options, statement_timeout, idle_in_transaction_session_timeout, extra_float_digits';

async function startOn(env: Record<string, string>) {
  const { code, stderr } = await launchReplica({ db, sandbox }, env).finished;
  return { code, stderr };
}

test('in transaction mode the server does not start, and says why in a sentence', async () => {
  const env = await environmentThrough({ pool_mode: 'transaction', ignore_startup_parameters: IGNORED });
  expect(await startOn(env)).toEqual({
    code: 1,
    stderr:
      'Cannot start: The pooler in front of PostgreSQL keeps no sessions (its connections share one): set it to session mode, such as PgBouncer with pool_mode = session, or connect to PostgreSQL directly\n',
  });
});

test('a startup parameter that the pooler refuses is named in a sentence', async () => {
  const env = await environmentThrough({ pool_mode: 'session' });
  const { code, stderr } = await startOn(env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Cannot start: The pooler in front of PostgreSQL refuses the startup parameter "\w+": .*\n$/);
});

test('a time limit that the pooler drops, and no login has, is named in a sentence', async () => {
  await db.query(`alter role ${logins.jobs} reset statement_timeout`);
  onTestFinished(() => db.query(`alter role ${logins.jobs} set statement_timeout = '15s'`).then(() => undefined));
  const env = await environmentThrough({ pool_mode: 'session', ignore_startup_parameters: IGNORED });
  const { code, stderr } = await startOn(env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Cannot start: Connections to the database have no statement_timeout: .*\n$/);
});

test('in session mode, with a login for each role, a purchase works through the pooler', async () => {
  const { env, stop } = await startPooler({ pool_mode: 'session', ignore_startup_parameters: IGNORED });
  // The pooler keeps connections that nobody uses, and with them the database.
  const drop = () => stop().then(() => db.drop());
  const app = await startApp({ db: { ...db, drop }, env });
  await purchase(app, await app.client(), '1001', { muv: '500' });
  await app.close();
});
