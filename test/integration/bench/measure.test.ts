import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { figuresOf, medianOf } from '../../../bench/neighbours/load.ts';
import { range } from '../../../bench/neighbours/page.ts';
import { type SqlWire, startSqlWire } from '../../../bench/neighbours/sql-wire.ts';
import { table } from '../../../bench/neighbours/table.ts';
import { goals, missed } from '../../../bench/speed/goals.ts';
import { sharesOf } from '../../../bench/speed/profile-shares.ts';
import type { ServerName } from '../../../bench/speed/servers.ts';
import { toScript } from '../../../bench/speed/transcript.ts';
import type { WorkloadName } from '../../../bench/speed/workloads.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

describe('statements on the wire to the database', () => {
  let db: TestDatabase;
  let wire: SqlWire;
  let client: pg.Client;

  beforeAll(async () => {
    db = await createDatabase();
    wire = await startSqlWire(db.url, 'watched');
    client = new pg.Client({ connectionString: wire.url, application_name: 'watched' });
    await client.connect();
  });
  beforeEach(() => wire.clear());
  afterAll(async () => {
    await client.end();
    await wire.stop();
    await db.drop();
  });

  test('are recorded in their order, simple and extended ones', async () => {
    await client.query('select 1');
    const { rows } = await client.query('select $1::int + 1 as next', [41]);
    expect(rows).toEqual([{ next: 42 }]);
    expect(wire.statements()).toEqual(['select 1', 'select $1::int + 1 as next']);
  });

  test('that are prepared once and run twice count as two', async () => {
    const query = { name: 'twice', text: 'select $1::text as word' };
    await client.query({ ...query, values: ['one'] });
    await client.query({ ...query, values: ['two'] });
    expect(wire.statements()).toEqual([query.text, query.text]);
  });

  test('are recorded with their values and the number of their round trip', async () => {
    await client.query('select 1');
    await client.query({ text: 'select $1::text, $2::int, $3::text', values: ['Grüße, öfter', 41, null] });
    const [first, second, ...others] = wire.executed();
    expect([first?.values, second?.values, others]).toEqual([[], ['Grüße, öfter', '41', null], []]);
    expect(second?.connection).toBe(first?.connection);
    expect(second?.trip).toBeGreaterThan(first?.trip ?? Number.POSITIVE_INFINITY);
  });

  test('that arrive in many packets count as one', async () => {
    const long = 'x'.repeat(1_000_000);
    const { rows } = await client.query('select length($1) as length', [long]);
    expect(rows).toEqual([{ length: 1_000_000 }]);
    await client.query(`select '${long}'`);
    expect(wire.statements()).toEqual(['select length($1) as length', `select '${long}'`]);
  });

  test('of another application are not counted', async () => {
    const other = new pg.Client({ connectionString: wire.url, application_name: 'other' });
    await other.connect();
    await other.query('select 1');
    await other.end();
    expect(wire.statements()).toEqual([]);
  });

  test('become a pgbench script over order :n, one transaction after another', async () => {
    const ID = '019b2c3d-1111-7222-8333-444444444444';
    const run = (connection: number, trip: number, statement: string, ...values: (string | null)[]) => ({
      connection,
      trip,
      statement,
      values,
    });
    const executed = [
      run(1, 1, `begin; select set_config('a.b', '10001', true)`),
      run(2, 1, 'select $1::text', 'elsewhere'),
      run(1, 2, `select $1::uuid, $2::bigint, $3::uuid[], 'it''s so'`, ID, null, `{${ID}}`),
      run(3, 1, 'select * from job_workers'),
      run(1, 3, 'select $1::json', `{"key":"mail:paid:77000001"}`),
      run(1, 3, 'commit'),
    ];
    const own = [['77000001', ':n'] as const, ['10001', '(10000 + :n % 1000)::text'] as const];
    const { script, trips } = await toScript(client, executed, own);
    expect(script.split('\n')).toEqual([
      '\\startpipeline',
      'begin;',
      `select set_config('a.b', ((10000 + :n % 1000)::text), true);`,
      '\\endpipeline',
      `select (:n || '-1111-7222-8333-444444444444')::uuid::uuid, (null)::bigint::bigint, ('{' || :n || '-1111-7222-8333-444444444444}')::uuid[]::uuid[], 'it''s so';`,
      '\\startpipeline',
      `select ('{"key":"mail:' || 'paid:' || :n || '"}')::json::json;`,
      'commit;',
      '\\endpipeline',
      `select ('elsewhere')::text::text;`,
      '',
    ]);
    expect(trips).toBe(4);
  });
});

describe('goals', () => {
  const of = (requestsPerSecond: number) => ({ requestsPerSecond, p99: 1, p50: 1, cpuPerRequest: 1, busy: 1 });
  const written = { perSecond: 60, p50: 1, p99: 1, cpuPerOrder: 1, busy: 1, trips: 9 };
  const measured = {
    reading: new Map<WorkloadName, ReadonlyMap<ServerName, ReturnType<typeof of>>>([
      [
        'page',
        new Map<ServerName, ReturnType<typeof of>>([
          ['ours', of(480)],
          ['mercurius', of(400)],
        ]),
      ],
      [
        'options',
        new Map<ServerName, ReturnType<typeof of>>([
          ['ours', of(199)],
          ['apollo', of(100)],
        ]),
      ],
    ]),
    writing: new Map([
      ['settle', { ...written, pgbench: 100 }],
      ['order', { ...written, pgbench: undefined }],
    ] as const),
  };

  test('are reached, missed, or open without a measurement', () => {
    const found = goals(measured).map((goal) => [goal.workload, goal.measured?.toFixed(2), goal.reached]);
    expect(found).toEqual([
      ['page', '1.20', true],
      ['long-history', undefined, false],
      ['organizations', undefined, false],
      ['options', '1.99', false],
      ['settle', '0.60', true],
      ['order', undefined, false],
    ]);
  });

  test('that were missed are reported with their profile', () => {
    expect(missed(measured)).toEqual(['options']);
  });
});

describe('a profile', () => {
  test('gives the share of each package; time of the engine counts for its caller, idle time for none', () => {
    const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
      id,
      callFrame: { functionName, scriptId: '0', url, lineNumber: 1, columnNumber: 1 },
      children,
    });
    const nodes = [
      node(1, '(root)', '', [2, 4, 5, 6]),
      node(2, 'read', 'file:///app/dist/src/orders/store/order-page.js', [3]),
      node(3, 'toISOString', ''),
      node(4, '(garbage collector)', ''),
      node(5, '(idle)', ''),
      node(6, 'parse', 'file:///app/node_modules/@scope/parser/dist/index.js'),
    ];
    const samples = [2, 3, 4, 5, 6];
    const found = sharesOf({ nodes, samples, timeDeltas: [10, 30, 40, 900, 20], startTime: 0, endTime: 1000 });
    expect(found).toEqual([
      { part: 'src/orders/store/order-page', share: 0.4 },
      { part: 'garbage collection', share: 0.4 },
      { part: '@scope/parser', share: 0.2 },
    ]);
  });
});

describe('figures', () => {
  test('of a run: count, median, 99th percentile, maximum', () => {
    const times = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(figuresOf(times, 4)).toEqual({ requestsPerSecond: 50, p50: 100, p99: 198, slowest: 200 });
    expect(figuresOf([7], 1)).toEqual({ requestsPerSecond: 1, p50: 7, p99: 7, slowest: 7 });
  });

  test('of several runs: the median of each figure', () => {
    const runs = [
      { requestsPerSecond: 10, p50: 3, p99: 50, slowest: 60 },
      { requestsPerSecond: 30, p50: 1, p99: 70, slowest: 90 },
      { requestsPerSecond: 20, p50: 2, p99: 90, slowest: 91 },
    ];
    expect(medianOf(runs)).toEqual({ requestsPerSecond: 20, p50: 2, p99: 70, slowest: 90 });
  });

  test('show the range of a count', () => {
    expect([range([5, 2, 4]), range([5, 5]), range([])]).toEqual(['2..5', '5', '-']);
  });

  test('are printed as a table', () => {
    const rows = [
      ['a', '1'],
      ['long name', '12345'],
    ];
    expect(table(['', 'ms'], rows).split('\n')).toEqual([
      '|           |    ms |',
      '| --------- | ----: |',
      '| a         |     1 |',
      '| long name | 12345 |',
    ]);
  });
});
