import type { MigrationInterface, QueryRunner } from 'typeorm';
import { expect, test } from 'vitest';
import { lintMigration } from '../../../scripts/migrations/lint.ts';

const migration = (statements: readonly string[], transaction = true): MigrationInterface => ({
  name: 'Sample1767000000000',
  transaction,
  async up(queryRunner: QueryRunner) {
    for (const statement of statements) await queryRunner.query(statement);
  },
  down: async () => undefined,
});

const rulesOf = async (statements: readonly string[], transaction?: boolean) => [
  ...new Set((await lintMigration(migration(statements, transaction))).map(({ rule }) => rule)),
];

test.each<[string, string, string]>([
  [
    'a column that callers of the previous version do not fill',
    'alter table topup_orders add column kind text not null',
    'adding-required-field',
  ],
  ['an index that blocks writers', 'create index kind_idx on topup_orders (kind)', 'require-concurrent-index-creation'],
  [
    'a constraint that reads the table under a lock',
    'alter table topup_orders add constraint k check (total > 0)',
    'constraint-missing-not-valid',
  ],
  [
    'a foreign key that reads both tables',
    'alter table a add constraint k foreign key (b_id) references b (id)',
    'adding-foreign-key-constraint',
  ],
  ['a column that the previous version reads', 'alter table topup_orders drop column kind', 'ban-drop-column'],
  ['a new name', 'alter table topup_orders rename column kind to sort', 'renaming-column'],
  ['a type that rewrites the table', 'alter table topup_orders alter column kind type bigint', 'changing-column-type'],
  ['a limit of its own', `set local lock_timeout = '10s'`, 'no-own-lock-timeout'],
])('%s is found', async (_, statement, rule) => {
  expect(await rulesOf([statement])).toContain(rule);
});

test('a migration without a transaction must stand its own repeat', async () => {
  expect(await rulesOf(['create index concurrently kind_idx on topup_orders (kind)'], false)).toEqual([
    'prefer-robust-stmts',
  ]);
});

test.each<[string, string[], boolean]>([
  ['an optional column', ['alter table topup_orders add column kind text'], true],
  ['a table of its own', ['create table kinds (id bigint primary key, name text)'], true],
  ['an index beside the work', ['create index concurrently if not exists kind_idx on topup_orders (kind)'], false],
  ['a constraint for new rows', ['alter table topup_orders add constraint k check (total > 0) not valid'], true],
])('%s passes', async (_, statements, transaction) => {
  expect(await rulesOf(statements, transaction)).toEqual([]);
});
