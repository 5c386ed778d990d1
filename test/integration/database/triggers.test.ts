import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
});

afterAll(() => db.drop());

const HEADER = `-- Generated from a migrated database: the functions and triggers of all migrations, each in its newest version.
-- To write it again: npx vitest run test/integration/database/triggers.test.ts -u
`;

test('schema/triggers.sql has the functions and triggers of a migrated database', async () => {
  const functions = await db.query<{ definition: string }>(
    `select pg_get_functiondef(oid) as definition from pg_proc where pronamespace = 'public'::regnamespace order by proname, pronargs`,
  );
  const triggers = await db.query<{ definition: string }>(
    `select pg_get_triggerdef(t.oid) as definition from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where not t.tgisinternal and c.relnamespace = 'public'::regnamespace order by c.relname, t.tgname`,
  );
  const statements = [
    ...functions.map(({ definition }) => `\n${definition.trim()};\n`),
    '\n',
    ...triggers.map(({ definition }) => `${definition};\n`),
  ];
  await expect([HEADER, ...statements].join('')).toMatchFileSnapshot('../../../schema/triggers.sql');
});
