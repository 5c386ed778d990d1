import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { migrations } from '../../../migrations/index.ts';
import { entities } from '../../../src/app/entities.ts';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { endTurn, takeTurn } from '../../../src/platform/database/migration-turn.ts';
import { ROLES } from '../../../src/platform/database/roles.ts';
import { until } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

async function loginOf(role: string): Promise<pg.Client> {
  const name = `login_${randomBytes(6).toString('hex')}`;
  await db.query(`create role ${name} login password 'secret' in role ${role}`);
  const url = new URL(db.url);
  url.username = name;
  url.password = 'secret';
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  return client;
}

test.each([ROLES.runtime, ROLES.background])(
  'a login of %s does not hold a migration up, whatever it locks',
  async (role) => {
    const intruder = await loginOf(role);
    onTestFinished(() => intruder.end());
    await intruder.query(`begin; select pg_advisory_lock(hashtextextended('migrate', 0))`);
    await intruder.query('lock table schema_migrations in access share mode');
    await intruder.query('savepoint before');
    const lock = 'lock table schema_migrations in share update exclusive mode';
    await expect(intruder.query(lock)).rejects.toThrow('permission denied');
    await intruder.query('rollback to before');
    expect(await migrate({ url: db.url, entities, migrations })).toEqual([]);
  },
);

test('a second run waits for the turn of the first', async () => {
  const database = await connectDatabase({ url: db.url, entities, migrations, poolSize: 2 });
  onTestFinished(() => database.destroy());
  const [first, second] = [database.createQueryRunner(), database.createQueryRunner()];
  const [{ pid }] = await second.query('select pg_backend_pid() as pid');
  const steps: string[] = [];
  await takeTurn(first);
  const waiting = takeTurn(second).then(() => steps.push('the second begins'));
  // It tried, and gave up its try.
  await until(
    () =>
      db.query<{ tried: number }>(
        `select count(*)::int as tried from pg_stat_activity where pid = $1 and state = 'idle' and query = 'rollback'
       and query_start > (select max(xact_start) from pg_stat_activity where state = 'idle in transaction' and datname = current_database())`,
        [pid],
      ),
    ([row]) => row?.tried === 1,
  );
  steps.push('the first ends');
  await endTurn(first);
  await waiting;
  expect(steps).toEqual(['the first ends', 'the second begins']);
  await endTurn(second);
  await Promise.all([first.release(), second.release()]);
});
