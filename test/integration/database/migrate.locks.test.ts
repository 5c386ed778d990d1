import { randomBytes } from 'node:crypto';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { expect, onTestFinished, test } from 'vitest';
import { migrations } from '../../../migrations/index.ts';
import { entities } from '../../../src/app/entities.ts';
import { connectDatabase, poolOf } from '../../../src/platform/database/data-source.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { ROLES } from '../../../src/platform/database/roles.ts';
import { startApp } from '../../support/app/app.ts';
import { purchase } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { locksOn } from '../../support/database/locks.ts';

/** A migration of the next version: it needs the table of orders for a moment, and asks for a limit that it does not get. */
class OrderKinds1767000000000 implements MigrationInterface {
  name = 'OrderKinds1767000000000';
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`set local lock_timeout = '10s'`);
    await queryRunner.query('alter table topup_orders add column kind text');
  }
  async down(): Promise<void> {
    await Promise.resolve();
  }
}

const next = [...migrations, OrderKinds1767000000000];

async function connectionTo(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  await client.connect();
  return client;
}

async function databaseWithBackup() {
  const db = await createDatabase();
  const backup = await connectionTo(db.url, 'backup');
  onTestFinished(async () => {
    await backup.end();
    await db.drop();
  });
  await backup.query('begin');
  await backup.query('select from topup_orders');
  return { db, backup };
}

const NOT_OF_THE_BACKUP = `pid <> (
  select pid from pg_stat_activity where application_name = 'backup' and datname = current_database())`;

test('a backup in the way is named; between two tries the migration holds and awaits nothing, and it ends after the backup', async () => {
  const { db, backup } = await databaseWithBackup();
  const words: string[] = [];
  const locks: number[] = [];
  const applied = await migrate({
    url: db.url,
    entities,
    migrations: next,
    patience: {
      async onWait(text) {
        words.push(text);
        locks.push((await locksOn(db, 'topup_orders', NOT_OF_THE_BACKUP)).length);
        if (words.length === 2) await backup.query('rollback');
      },
    },
  });
  expect(applied).toEqual(['OrderKinds1767000000000']);
  expect(words[0]).toMatch(
    /^A lock is in the way of the migration \(pid \d+, backup, in a transaction for \d+ s: select from topup_orders\)\. It tries again in 0\.5 s\.$/,
  );
  expect(locks).toEqual([0, 0]);
});

test('it gives up with the reason once its patience ends, and the next run applies the rest', async () => {
  const { db, backup } = await databaseWithBackup();
  const run = (seconds: number) => migrate({ url: db.url, entities, migrations: next, patience: { seconds } });
  await expect(run(0)).rejects.toThrow(
    /^A lock is in the way of the migration \(pid \d+, backup, .*\)\. It gave up after 0 seconds, and holds no lock: run it again/,
  );
  await backup.query('rollback');
  expect(await run(0)).toEqual(['OrderKinds1767000000000']);
});

/** The version before the roles: one login owns everything. */
async function ownedByOneLogin(): Promise<{ db: TestDatabase; url: string; name: string }> {
  const db = await createDatabase('template1');
  const name = `owner_${randomBytes(6).toString('hex')}`;
  await db.query(`create role ${name} login password 'secret'`);
  await db.query(`do $$ begin execute format('alter database %I owner to ${name}', current_database()); end $$`);
  const url = new URL(db.url);
  url.username = name;
  url.password = 'secret';
  const first = migrations.slice(
    0,
    migrations.findIndex(({ name }) => name.startsWith('RowSecurity')),
  );
  const database = await connectDatabase({ url: url.toString(), entities, migrations: first, statementTimeoutMs: 0 });
  await database.runMigrations();
  await runMigrations({ pgPool: poolOf(database) });
  await database.destroy();
  return { db, url: url.toString(), name };
}

test('an owner without superuser upgrades the version before the roles, after what the message says', async () => {
  const { db, url, name } = await ownedByOneLogin();
  const run = () => migrate({ url, entities, migrations });
  const refusal = await run().catch((error: Error) => error);
  expect(refusal).toMatchObject({ message: expect.stringContaining(`The login "${name}" may not set up`) });
  // The roles exist: another database of this server has been migrated.
  await db.query(`grant ${Object.values(ROLES).join(', ')} to ${name}`);
  expect(await run()).toContain('RowSecurity1764400000000');
  const app = await startApp({ db, env: { DATABASE_URL: url } });
  await purchase(app, await app.client(), '1001', { muv: '500' });
  await app.close();
});

test('a transaction that holds two tables the other way round loses nothing, and the upgrade ends', async () => {
  const { db, url, name } = await ownedByOneLogin();
  await db.query(`grant ${Object.values(ROLES).join(', ')} to ${name}`);
  const caller = await connectionTo(url, 'caller');
  await caller.query('begin');
  await caller.query('lock table topup_orders in row exclusive mode');
  const words: string[] = [];
  const migrating = migrate({
    url,
    entities,
    migrations,
    patience: {
      async onWait(text) {
        words.push(text);
        if (words.length > 1) return;
        // The upgrade waited for one table; the caller now needs every other.
        await caller.query('lock table topup_order_lines, topup_order_events, payment_events in row exclusive mode');
        await caller.query('commit');
      },
    },
  });
  expect(await migrating).toContain('RowSecurity1764400000000');
  expect(words[0]).toContain('caller');
  await caller.end();
  await db.drop();
});
