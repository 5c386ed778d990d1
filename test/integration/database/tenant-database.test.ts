import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabase, poolOf } from '../../../src/platform/database/data-source.ts';
import { ROLES } from '../../../src/platform/database/roles.ts';
import { type Query, sql } from '../../../src/platform/database/sql.ts';
import { TenantDatabase } from '../../../src/platform/database/tenant-database.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { insertLine, insertOrder } from '../../support/database/order-rows.ts';
import { readAs, statement } from '../../support/database/read-as.ts';

/** A pool of one connection: the next transaction finds anything that the previous one left on it. */
let db: TestDatabase;
let connections: DataSource;
let tenants: TenantDatabase;
let orderOf1005: string;

beforeAll(async () => {
  db = await createDatabase();
  const everything = { query: db.query } as unknown as EntityManager;
  for (const organization_id of ['1001', '1001', '1004']) await insertOrder(everything, { organization_id });
  orderOf1005 = await insertOrder(everything, { organization_id: '1005' });
  connections = await connectDatabase({
    url: db.url,
    role: ROLES.runtime,
    entities: [],
    migrations: [],
    poolSize: 1,
  });
  tenants = new TenantDatabase(connections);
});

afterAll(async () => {
  await connections.destroy();
  await db.drop();
});

const request = (organizationId: string | undefined, ...scopes: string[]) =>
  ({ caller: { subject: 'somebody', organizationId, scopes: new Set(scopes) } }) as unknown as RequestContext;
const nobody = { caller: undefined } as unknown as RequestContext;

const COUNT_ORDERS = 'select organization_id as id, count(*)::int as orders from topup_orders group by 1 order by 1';
const countOrders = (tx: EntityManager | DataSource) => tx.query(COUNT_ORDERS) as Promise<unknown>;
const COUNT_STATEMENT = statement(COUNT_ORDERS);
const of1001 = { id: '1001', orders: 2 };
const of1004 = { id: '1004', orders: 1 };
const all = [of1001, of1004, { id: '1005', orders: 1 }];

test.each<[string, RequestContext, unknown[], unknown[]]>([
  ['a reader', request('1001', 'topup:read'), [of1001], [of1001]],
  ['a buyer', request('1004', 'topup:write'), [of1004], [of1004]],
  ['support of none', request(undefined, 'topup:support'), all, []],
  ['support of one', request('1001', 'topup:support', 'topup:write'), all, [of1001]],
  ['a scope that is support in part', request('1001', 'topup:supporter'), [of1001], [of1001]],
  ['an organization without a name', request('', 'topup:write'), [], []],
  ['none, and no support', request(undefined, 'topup:write'), [], []],
  ['a name that is SQL', request("1001' or '1'='1", 'topup:write'), [], []],
  ['a name that is SQL with a backslash', request("\\'; select 1; --", 'topup:write'), [], []],
  ['an anonymous caller', nobody, [], []],
])('%s: the rows that it sees in a read and in a write', async (_, by, read, written) => {
  expect(await tenants.reads(by, COUNT_STATEMENT)).toEqual([read]);
  expect(await countOrders(connections)).toEqual([]);
  expect(await tenants.writes(by, COUNT_STATEMENT)).toEqual([written]);
  expect(await countOrders(connections)).toEqual([]);
  expect(await tenants.transaction(by, countOrders)).toEqual(written);
  expect(await countOrders(connections)).toEqual([]);
});

const SETTINGS = `select current_setting('self_topup.organization_id') as organization,
  current_setting('self_topup.every_organization') as every`;

test('PostgreSQL gets no organization for an anonymous caller, and every organization for support alone', async () => {
  const settings = (tx: EntityManager) => tx.query(SETTINGS);
  expect(await readAs(tenants, nobody, SETTINGS)).toEqual([{ organization: '', every: 'off' }]);
  expect(await tenants.transaction(nobody, settings)).toEqual([{ organization: '', every: 'off' }]);
  const support = request(undefined, 'topup:support');
  expect(await readAs(tenants, support, SETTINGS)).toEqual([{ organization: '', every: 'on' }]);
  expect(await tenants.transaction(support, settings)).toEqual([{ organization: '', every: 'off' }]);
});

test('a read cannot write', async () => {
  const writing = readAs(tenants, request('1001'), 'delete from topup_order_lines');
  await expect(writing).rejects.toThrow('read-only transaction');
  expect(await db.query(COUNT_ORDERS)).toEqual(all);
});

test('a failed write leaves neither its rows nor its identity', async () => {
  const fail = async (tx: EntityManager) => {
    expect(await countOrders(tx)).toEqual([of1001]);
    throw new Error('on purpose');
  };
  await expect(tenants.transaction(request('1001'), fail)).rejects.toThrow('on purpose');
  expect(await countOrders(connections)).toEqual([]);
  const written = tenants.transaction(request('1001'), async (tx) => {
    await insertOrder(tx);
    throw new Error('on purpose');
  });
  await expect(written).rejects.toThrow('on purpose');
  expect(await countOrders(connections)).toEqual([]);
  expect(await db.query(COUNT_ORDERS)).toEqual(all);
});

test('a write persists, for its own organization alone', async () => {
  const lines = (by: RequestContext) =>
    readAs(
      tenants,
      by,
      'select organization_id as id from topup_orders o join topup_order_lines l on l.order_id = o.id',
    );
  await tenants.transaction(request('1005'), (tx) => insertLine(tx, orderOf1005));
  expect(await lines(request('1005'))).toEqual([{ id: '1005' }]);
  expect(await lines(request('1001'))).toEqual([]);
  const foreign = tenants.transaction(request('1005'), (tx) => insertOrder(tx, { organization_id: '1001' }));
  await expect(foreign).rejects.toThrow('violates row-level security policy');
});

test.each(['1001\u0000', '1001\n', '\u007f1001', '\u0085'])(
  'the organization %j is refused before the query runs',
  async (id) => {
    const refusal = new TypeError('An organization id holds no control characters');
    await expect(tenants.transaction(request(id), countOrders)).rejects.toThrow(refusal);
    await expect(tenants.reads(request(id), COUNT_STATEMENT)).rejects.toThrow(refusal);
    await expect(tenants.writes(request(id), COUNT_STATEMENT)).rejects.toThrow(refusal);
    expect(await countOrders(connections)).toEqual([]);
  },
);

describe('statements in one round trip', () => {
  const echo = (value: unknown) => sql<{ value: unknown }>`select ${JSON.stringify(value)}::jsonb as value`;
  /** Not DELETE: callers have no privilege to. */
  const deleted = (order: string) => sql<{ done: null }>`select drop_draft_lines(${order}::uuid) as done`;
  const dividedBy = (value: number) => sql<{ value: number }>`select 1 / ${value}::integer as value`;
  const of1005 = request('1005');

  test('take parameters, and answer rows in the form of entities', async () => {
    const at = new Date('2026-11-23T01:02:03.004Z');
    const texts = ['plain', '', 'NULL', '"quoted"', 'back\\slash', '{a,b}', 'ü €'];
    const [rows] = await tenants.reads(
      nobody,
      sql`select ${9_007_199_254_740_993n}::bigint as "bigInt", ${'2026-11-30'}::date as day, ${at}::timestamptz as at,
        ${texts}::text[] as texts, ${null}::text as nothing, ${true}::boolean as yes, ${7}::integer as count`,
    );
    expect(rows).toEqual([
      { bigInt: 9_007_199_254_740_993n, day: '2026-11-30', at, texts, nothing: null, yes: true, count: 7 },
    ]);
  });

  test('answer their own rows each, even twice the same statement, prepared or not', async () => {
    for (const _ of ['not yet', 'prepared'])
      expect(await tenants.reads(nobody, echo('a'), COUNT_STATEMENT, echo('b'))).toEqual([
        [{ value: 'a' }],
        [],
        [{ value: 'b' }],
      ]);
  });

  test('share a transaction if one request starts them in one tick, and no transaction with another request', async () => {
    const by = [of1005, of1005, request('1001'), request('1005')];
    const began = sql<{ at: string }>`select transaction_timestamp()::text as at`;
    const found = await Promise.all(by.map((caller) => tenants.reads(caller, began, COUNT_STATEMENT)));
    const times = found.map(([[row]]) => row?.at);
    expect(times[1]).toBe(times[0]);
    expect(new Set(times).size).toBe(3);
    const counts = found.map(([, rows]) => rows);
    expect(counts).toEqual([
      [{ id: '1005', orders: 1 }],
      [{ id: '1005', orders: 1 }],
      [of1001],
      [{ id: '1005', orders: 1 }],
    ]);
  });

  test('are planned once on a read, not for each new list', async () => {
    const listed = sql`select 1 as listed from topup_order_lines where order_id = any(${[orderOf1005]}::uuid[])`;
    const plans: Query<{ custom: bigint; generic: bigint }> = sql`
      select custom_plans as custom, generic_plans as generic from pg_prepared_statements where statement = ${listed.text}`;
    const [, counts] = await tenants.reads(of1005, listed, plans);
    expect(counts).toEqual([{ custom: 0n, generic: 1n }]);
  });

  test('succeed or fail together, and can run again', async () => {
    const lines = () => db.query('select 1 from topup_order_lines where order_id = $1', [orderOf1005]);
    const before = await lines();
    expect(before.length).toBeGreaterThan(0);
    for (const _ of ['not yet', 'prepared']) {
      const failed = tenants.writes(of1005, deleted(orderOf1005), dividedBy(0), echo(1));
      await expect(failed).rejects.toMatchObject({ driverError: { code: '22012' } });
      expect(await lines()).toEqual(before);
      expect(await tenants.writes(of1005, dividedBy(1), echo(1))).toEqual([[{ value: 1 }], [{ value: 1 }]]);
    }
  });

  test('write nothing in a read', async () => {
    await expect(tenants.reads(of1005, deleted(orderOf1005))).rejects.toThrow('read-only transaction');
    expect(await tenants.writes(of1005, deleted(orderOf1005))).toEqual([[{ done: null }]]);
    expect(await db.query('select 1 from topup_order_lines where order_id = $1', [orderOf1005])).toEqual([]);
  });

  test('are retried when PostgreSQL asks for it, and not more often than that', async () => {
    const again = statement(`do $$ begin raise exception 'again' using errcode = '40001'; end $$`);
    let attempts = 0;
    poolOf(connections).on('acquire', () => {
      attempts += 1;
    });
    await expect(tenants.writes(of1005, again)).rejects.toMatchObject({ driverError: { code: '40001' } });
    expect(attempts).toBe(5);
  });
});
