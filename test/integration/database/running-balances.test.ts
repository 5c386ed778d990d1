import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunningBalances1767000000000 } from '../../../migrations/1767000000000-running-balances.ts';
import { migrations } from '../../../migrations/index.ts';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { creditOrder, refundLine } from '../../support/database/ledger-rows.ts';

let db: TestDatabase;
let latest: DataSource;
/** More than two batches. */
const MANY = 12_000;

beforeAll(async () => {
  db = await createDatabase('template1');
  const before = migrations.slice(0, migrations.indexOf(RunningBalances1767000000000));
  const old = await connectDatabase({ url: db.url, entities: [], migrations: before });
  await old.runMigrations();
  const at = (minute: number) => new Date(Date.parse('2026-11-22T03:00:00Z') + minute * 60_000);
  const bought = await old.transaction(async (tx) => {
    const lines = [
      { kind: 'EXCESS_SETTLEMENT' as const, code: 'muv', units: 40 },
      { kind: 'TOPUP' as const, code: 'muv', units: 500 },
    ];
    await creditOrder(tx, '1001', [{ kind: 'TOPUP', code: 'wa_balance', units: 1000 }], at(0));
    return creditOrder(tx, '1001', lines, at(1));
  });
  // A replica whose clock was late entered it.
  await old.transaction((tx) => creditOrder(tx, '1001', [{ kind: 'TOPUP', code: 'muv', units: 7 }], at(-5)));
  const line = { id: bought.id, lineId: bought.lineIds[1] ?? '', code: 'muv', units: 100 };
  await old.transaction((tx) => refundLine(tx, '1001', line, at(3)));
  await old.transaction(async (tx) => {
    await tx.query('set local session_replication_role = replica');
    await tx.query(
      `insert into quota_ledger_entries (id, organization_id, order_line_id, quota_code, kind, quantity, created_at)
       select gen_random_uuid(), '1002', gen_random_uuid(), 'wa_balance', 'TOPUP', n, $2::timestamptz + make_interval(secs => n / 3)
       from generate_series(1, $1::int) as n`,
      [MANY, at(0)],
    );
    await tx.query(
      `insert into organization_packages select '1002', 'wa_balance', sum(quantity), 0, max(created_at)
       from quota_ledger_entries where organization_id = '1002'`,
    );
  });
  await old.destroy();
  latest = await connectDatabase({ url: db.url, entities: [], migrations: [...migrations] });
  await latest.runMigrations();
});
afterAll(async () => {
  await latest.destroy();
  await db.drop();
});

const entries = async (code: string) =>
  (
    await db.query<{ row: string }>(
      `select concat_ws(' ', kind, quantity, balance_after) as row from quota_ledger_entries
       where organization_id = '1001' and quota_code = $1 order by created_at, kind`,
      [code],
    )
  ).map(({ row }) => row);

test('the entries of the version before get their balances, in the order of their times', async () => {
  expect(await entries('wa_balance')).toEqual(['TOPUP 1000 1000']);
  const [settlement] = await db.query<{ balance_after: string }>(
    `select balance_after from quota_ledger_entries where kind = 'EXCESS_SETTLEMENT'`,
  );
  // The settlement and the top-up of one payment have the same time, so that either may come first.
  expect(['7', '507']).toContain(settlement?.balance_after);
  expect(await entries('muv')).toEqual([
    'TOPUP 7 7',
    `EXCESS_SETTLEMENT 40 ${settlement?.balance_after}`,
    'TOPUP 500 507',
    'REFUND -100 407',
  ]);
});

test('batches continue each other', async () => {
  const wrong = await db.query(
    `select from (
       select balance_after, sum(quantity) over (order by created_at, id) as balance
       from quota_ledger_entries where organization_id = '1002'
     ) as entry where balance_after <> balance`,
  );
  expect(wrong).toEqual([]);
  const [last] = await db.query<{ most: string }>(
    `select max(balance_after) as most from quota_ledger_entries where organization_id = '1002'`,
  );
  expect(last?.most).toBe(String((MANY * (MANY + 1)) / 2));
});

test('a later entry continues them, and an entry is never changed', async () => {
  const late = new Date('2026-11-22T02:00:00Z');
  await latest.transaction((tx) => creditOrder(tx, '1001', [{ kind: 'TOPUP', code: 'wa_balance', units: 5 }], late));
  expect(await entries('wa_balance')).toEqual(['TOPUP 1000 1000', 'TOPUP 5 1005']);
  await expect(db.query(`update quota_ledger_entries set balance_after = 1`)).rejects.toThrow('append-only');
});

test('a second run, as after a crash, changes nothing', async () => {
  const all = () => db.query('select * from quota_ledger_entries order by id');
  const before = await all();
  const session = latest.createQueryRunner();
  await new RunningBalances1767000000000().up(session);
  await session.release();
  expect(await all()).toEqual(before);
});
