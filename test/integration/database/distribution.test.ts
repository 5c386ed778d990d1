import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

/** docs/scaling.md 6 names every key that a database distributed by organization would refuse, and its remedy. */

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
});

afterAll(() => db?.drop());

const PAGE = readFileSync(new URL('../../../docs/scaling.md', import.meta.url), 'utf8');
const SECTION = PAGE.slice(PAGE.indexOf('\n## 6. '), PAGE.indexOf('\n## 7. '));

/** The rows `| table | key, key | remedy |` of the section, as "table key". */
const named = [...SECTION.matchAll(/^\| `(\w+)` +\|([^|]*)\|[^|]*\|$/gm)].flatMap(([, table, keys = '']) =>
  [...keys.matchAll(/`(\w+)`/g)].map(([, key]) => `${table} ${key}`),
);

/** Unique keys and foreign keys of our tables that do not contain organization_id. */
const KEYS = `
  select format('%s %s', relation.relname, key.name) as key
  from pg_class relation
  cross join lateral (
    select index.relname as name, indkey::int2[] as columns from pg_index join pg_class index on index.oid = indexrelid
    where indrelid = relation.oid and indisunique
    union all
    select conname, conkey from pg_constraint where conrelid = relation.oid and contype = 'f'
  ) as key
  where relation.relnamespace = 'public'::regnamespace and relation.relkind = 'r' and not exists (
    select from pg_attribute where attrelid = relation.oid and attname = 'organization_id' and attnum = any(key.columns)
  )
  order by key`;

test('every key without the organization is named in docs/scaling.md, and no other', async () => {
  const keys = (await db.query<{ key: string }>(KEYS)).map(({ key }) => key);
  expect(keys.length).toBeGreaterThan(20);
  expect(named.toSorted()).toEqual(keys.toSorted());
});
