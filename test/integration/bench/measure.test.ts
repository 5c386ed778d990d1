import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { figuresOf, medianOf } from '../../../bench/neighbours/load.ts';
import { range } from '../../../bench/neighbours/page.ts';
import { type SqlWire, startSqlWire } from '../../../bench/neighbours/sql-wire.ts';
import { table } from '../../../bench/neighbours/table.ts';
import { goals } from '../../../bench/speed/goals.ts';
import { toScript } from '../../../bench/speed/transcript.ts';
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

  test('are recorded in order, both simple ones and those with values', async () => {
    await client.query('select 1');
    const { rows } = await client.query('select $1::int + 1 as next', [41]);
    expect(rows).toEqual([{ next: 42 }]);
    expect(wire.statements()).toEqual(['select 1', 'select $1::int + 1 as next']);
  });

  test('count twice when they are prepared once and run twice', async () => {
    const query = { name: 'twice', text: 'select $1::text as word' };
    await client.query({ ...query, values: ['one'] });
    await client.query({ ...query, values: ['two'] });
    expect(wire.statements()).toEqual([query.text, query.text]);
  });

  test('have their values and the number of their round trip', async () => {
    await client.query('select 1');
    await client.query({ text: 'select $1::text, $2::int, $3::text', values: ['Grüße, öfter', 41, null] });
    const [first, second, ...others] = wire.executed();
    expect([first?.values, second?.values, others]).toEqual([[], ['Grüße, öfter', '41', null], []]);
    expect(second?.connection).toBe(first?.connection);
    expect(second?.trip).toBeGreaterThan(first?.trip ?? Number.POSITIVE_INFINITY);
  });

  test('count once when they span many packets', async () => {
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

  test('become a script in which :n replaces ids, numbers and organizations, transaction after transaction', async () => {
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
  test('are reached or missed by a measurement, and undecided without one', () => {
    const of = (requestsPerSecond: number, p99: number) => ({
      requestsPerSecond,
      p99,
      p50: 1,
      cpuPerRequest: 1,
      busy: 1,
    });
    const page = new Map([
      ['ours', of(400, 12)],
      ['mercurius', of(400, 10)],
      ['apollo', of(101, 30)],
      ['mercurius-kept', of(800, 5)],
      ['apollo-kept', of(100, 30)],
    ] as const);
    const settled = { perSecond: 60, p50: 1, p99: 1, cpuPerOrder: 1, busy: 1, trips: 9 };
    const found = goals({
      reading: new Map([['page', page] as const]),
      writing: new Map([
        ['settle', { ...settled, pgbench: 100 }],
        ['order', { ...settled, pgbench: undefined }],
      ] as const),
    });
    expect(found.map(({ measured, reached }) => [measured?.toFixed(2), reached])).toEqual([
      ['1.00', true],
      ['1.20', false],
      ['3.96', false],
      [undefined, false],
      [undefined, false],
      ['0.50', false],
      ['4.00', true],
      ['0.60', true],
      [undefined, false],
    ]);
  });
});

describe('figures', () => {
  test('give the count, the median, the 99th percentile and the maximum of a run', () => {
    const times = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(figuresOf(times, 4)).toEqual({ requestsPerSecond: 50, p50: 100, p99: 198, slowest: 200 });
    expect(figuresOf([7], 1)).toEqual({ requestsPerSecond: 1, p50: 7, p99: 7, slowest: 7 });
  });

  test('give the median of each figure over several runs', () => {
    const runs = [
      { requestsPerSecond: 10, p50: 3, p99: 50, slowest: 60 },
      { requestsPerSecond: 30, p50: 1, p99: 70, slowest: 90 },
      { requestsPerSecond: 20, p50: 2, p99: 90, slowest: 91 },
    ];
    expect(medianOf(runs)).toEqual({ requestsPerSecond: 20, p50: 2, p99: 70, slowest: 90 });
  });

  test('give the range of a count', () => {
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
