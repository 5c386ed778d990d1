import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { migrations } from '../../../migrations/index.ts';
import { entities } from '../../../src/app/entities.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { createDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted, runBuilt } from '../../support/processes/built.ts';

// Each test starts a process.
vi.setConfig({ testTimeout: 120_000 });

beforeAll(buildOnce);
afterAll(endStarted);

const names = migrations.map(({ name }) => name);

/** Since the roles of the database, at which a login of its own begins. */
test.each(names.slice(names.indexOf('RowSecurity1764400000000'), -1))(
  'the command upgrades a database whose last migration is %s',
  async (last) => {
    const db = await createDatabase('template1');
    const index = names.indexOf(last);
    await migrate({ url: db.url, entities, migrations: migrations.slice(0, index + 1) });
    const { code, stdout, stderr } = await runBuilt('server/commands/migrate.js', ['--json'], { DATABASE_URL: db.url });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ applied: names.slice(index + 1) });
    await db.drop();
  },
);
