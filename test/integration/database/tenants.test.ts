import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLES } from '../../../src/platform/database/roles.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder, purchase } from '../../support/app/purchase.ts';
import { insertLine, insertOrder, insertRow } from '../../support/database/order-rows.ts';
import { readAs } from '../../support/database/read-as.ts';

/** The statements have no WHERE, so the result shows whose rows PostgreSQL returns. */
const BY_ORGANIZATION = ['topup_orders', 'idempotency_keys', 'quota_ledger_entries', 'organization_packages'];
const BY_ORDER = ['topup_order_lines', 'topup_order_events'];
const TABLES = [...BY_ORGANIZATION, ...BY_ORDER];

let app: TestApp;
let foreign: OrderFragment;
let foreignDraft: OrderFragment;

beforeAll(async () => {
  app = await startApp();
  await purchase(app, await app.client({ organization_id: '1001' }), '1001', { muv: '500' });
  const other = await app.client({ organization_id: '1004' });
  foreign = await purchase(app, other, '1004', { muv: '500', wa_balance: '2500000' });
  foreignDraft = await createOrder(other, '1004', { muv: '500' });
});

afterAll(() => app.close());

const request = (organizationId: string | undefined, scopes = ['topup:write']) =>
  ({ caller: { subject: 'u', organizationId, scopes: new Set(scopes) } }) as unknown as RequestContext;

const owner = request('1001');
const OWNER_OF = `coalesce(to_jsonb(t) ->> 'organization_id', (select organization_id from topup_orders where id::text = to_jsonb(t) ->> 'order_id'))`;

type Count = { organization: string | null; rows: number };

/** Rows per organization. */
function countRows(tx: Pick<EntityManager, 'query'>, table: string): Promise<Count[]> {
  return tx.query(
    `select ${OWNER_OF} as organization, count(*)::int as rows from ${table} t group by 1 order by 1`,
  ) as Promise<Count[]>;
}

const countRowsAs = (by: RequestContext, table: string) =>
  countRows({ query: (text) => readAs(app.callers, by, text) } as Pick<EntityManager, 'query'>, table);

/** The rows as the test's superuser reads them. */
const countAllRows = (table: string) => countRows({ query: app.db.query } as Pick<EntityManager, 'query'>, table);

describe.each(TABLES)('%s, queried without a filter', (table) => {
  test('has rows of two organizations', async () => {
    expect((await countAllRows(table)).map(({ organization }) => organization)).toEqual(['1001', '1004']);
  });

  test('shows none to the runtime connection', async () => {
    expect(await app.callers.connections.query(`select from ${table}`)).toEqual([]);
  });

  test("shows a caller's transaction exactly the rows of its organization, reading or writing", async () => {
    const own = (await countAllRows(table)).filter(({ organization }) => organization === '1001');
    expect(await countRowsAs(owner, table)).toEqual(own);
    expect(await app.callers.transaction(owner, (tx) => countRows(tx, table))).toEqual(own);
  });

  test('shows none to a caller without an organization, or of an organization without rows', async () => {
    for (const nobody of [request(undefined), request(''), request('9999'), request('%'), request("1001' or '1'='1")]) {
      expect(await readAs(app.callers, nobody, `select from ${table}`)).toEqual([]);
    }
    expect(await readAs(app.callers, {} as RequestContext, `select from ${table}`)).toEqual([]);
  });

  test('shows support all rows for reading, and its own organization alone for writing', async () => {
    const support = request('1001', ['topup:support', 'topup:write']);
    const all = await countAllRows(table);
    expect(await countRowsAs(support, table)).toEqual(all);
    expect(await app.callers.transaction(support, (tx) => countRows(tx, table))).toEqual(all.slice(0, 1));
  });

  test('shows the background all rows', async () => {
    expect(await countRows(app.database, table)).toEqual(await countAllRows(table));
  });
});

test('a connection keeps nothing: the next user sees only its own rows', async () => {
  const turns = Array.from({ length: 60 }, (_, index) => ['1001', '1004', undefined][index % 3]);
  const answers = await Promise.all(
    turns.map((organizationId) =>
      organizationId === undefined
        ? app.callers.connections.query('select distinct organization_id as id from topup_orders')
        : readAs(app.callers, request(organizationId), 'select distinct organization_id as id from topup_orders'),
    ),
  );
  expect(answers).toEqual(turns.map((id) => (id === undefined ? [] : [{ id }])));
});

test('a failed transaction leaves nothing either', async () => {
  const failed = app.callers.transaction(owner, async () => Promise.reject(new Error('on purpose')));
  await expect(failed).rejects.toThrow('on purpose');
  await expect(readAs(app.callers, owner, 'select 1 / 0')).rejects.toThrow('division by zero');
  const bare = await Promise.all(
    Array.from({ length: 20 }, () => app.callers.connections.query('select from topup_orders')),
  );
  expect(bare.flat()).toEqual([]);
});

test('an id that PostgreSQL cannot hold is refused before the query runs', async () => {
  await expect(readAs(app.callers, request('1001\u0000'), 'select 1')).rejects.toThrow(TypeError);
});

const SECURED = `select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as secured,
    has_table_privilege('${ROLES.runtime}', c.oid, 'select') as read
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and exists (select from pg_attribute where attrelid = c.oid and attname = any($1) and not attisdropped)
  order by 1`;

test('every table with an organization_id has forced row-level security', async () => {
  const tables = await app.db.query<{ name: string; secured: boolean }>(SECURED, [['organization_id']]);
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(BY_ORGANIZATION));
  expect(tables.filter(({ secured }) => !secured)).toEqual([]);
});

test('every table that refers to an order has it too, or is closed to callers', async () => {
  const tables = await app.db.query<{ name: string; secured: boolean; read: boolean }>(SECURED, [['order_id']]);
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['payment_events', ...BY_ORDER]));
  expect(tables.filter(({ secured, read }) => read && !secured)).toEqual([]);
});

test('callers and background act as roles that own nothing, cannot log in, and cannot bypass a policy', async () => {
  for (const [database, role] of [
    [app.callers.connections, ROLES.runtime],
    [app.database, ROLES.background],
  ] as const) {
    expect(await database.query('select current_user as role')).toEqual([{ role }]);
    const [facts] = await app.db.query(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
         (select count(*)::int from pg_class where relowner = r.oid) as relations,
         (select count(*)::int from pg_proc where proowner = r.oid) as routines,
         (select count(*)::int from pg_auth_members where member = r.oid) as memberships
       from pg_roles r where rolname = $1`,
      [role],
    );
    expect(facts).toEqual({
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolcanlogin: false,
      rolreplication: false,
      relations: 0,
      routines: 0,
      memberships: 0,
    });
  }
});

test('the migrator owns every table and routine', async () => {
  const owners = await app.db.query(
    `select distinct owner from (
       select tableowner as owner from pg_tables where schemaname in ('public', 'graphile_worker')
       union all select pg_get_userbyid(proowner) from pg_proc
       where pronamespace in ('public'::regnamespace, 'graphile_worker'::regnamespace)
     ) as owned`,
  );
  expect(owners).toEqual([{ owner: ROLES.migrator }]);
});

describe("another organization's rows", () => {
  const inVain = (work: (tx: EntityManager) => Promise<unknown>) =>
    app.callers.transaction(owner, async (tx) => {
      const answer = await work(tx);
      throw Object.assign(new Error('rolled back'), { answer });
    });

  /** The effect of a caller's statement before its rollback. */
  async function affected(sql: string, values: unknown[]): Promise<unknown> {
    const tried: Error & { answer?: unknown } = await inVain(async (tx) => (await tx.query(sql, values))[1]).catch(
      (error) => error,
    );
    if (tried.message !== 'rolled back') throw tried;
    return tried.answer;
  }

  test.each([
    ['an order cannot be moved', `update topup_orders set status = 'CANCELLED' where id = $1`],
    ['its lines cannot be dated', 'update topup_order_lines set period_end = null where order_id = $1'],
  ])('%s: no row matches', async (_, sql) => {
    expect(await affected(sql, [foreignDraft.id])).toBe(0);
    const [mine] = await app.db.query<{ id: string }>(`select id from topup_orders where organization_id = '1001'`);
    expect(mine).toBeDefined();
  });

  const refused = /violates row-level security policy|lines are frozen/;
  test.each<[string, (tx: EntityManager) => Promise<unknown>]>([
    ['an order', (tx) => insertOrder(tx, { organization_id: '1004' })],
    // A trigger, which finds no such order, may run before the policy.
    ['a line', (tx) => insertLine(tx, foreignDraft.id, { position: 9 })],
    [
      'an event',
      (tx) =>
        insertRow(tx, 'topup_order_events', {
          order_id: foreignDraft.id,
          at: '2026-11-22',
          from_status: 'DRAFT',
          to_status: 'CANCELLED',
          cause: 'test',
          correlation_id: 'test',
        }),
    ],
    [
      'a key',
      (tx) =>
        insertRow(tx, 'idempotency_keys', {
          organization_id: '1004',
          operation: 'create',
          key: randomUUID(),
          content_hash: 'x',
          order_id: foreign.id,
          created_at: '2026-11-22',
        }),
    ],
  ])('%s cannot be made for it', async (_, work) => {
    await expect(inVain(work)).rejects.toThrow(refused);
  });

  test('a row of the own organization can be made', async () => {
    await expect(
      inVain(async (tx) => insertLine(tx, await insertOrder(tx, { organization_id: '1001' }))),
    ).rejects.toThrow('rolled back');
  });

  test('an order cannot move to another organization', async () => {
    await expect(
      inVain(async (tx) => {
        const id = await insertOrder(tx, { organization_id: '1001' });
        await tx.query(`update topup_orders set organization_id = '1004' where id = $1`, [id]);
      }),
    ).rejects.toThrow(/permission denied|id, number, organization/);
  });
});
