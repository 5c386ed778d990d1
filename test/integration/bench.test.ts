import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { figuresOf, medianOf } from '../../bench/neighbours/load.ts';
import { range } from '../../bench/neighbours/page.ts';
import { type SqlWire, startSqlWire } from '../../bench/neighbours/sql-wire.ts';
import { table } from '../../bench/neighbours/table.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

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

  test('are written down in their order, simple ones and those with values', async () => {
    await client.query('select 1');
    const { rows } = await client.query('select $1::int + 1 as next', [41]);
    expect(rows).toEqual([{ next: 42 }]);
    expect(wire.statements()).toEqual(['select 1', 'select $1::int + 1 as next']);
  });

  test('that are prepared once and run twice are two', async () => {
    const query = { name: 'twice', text: 'select $1::text as word' };
    await client.query({ ...query, values: ['one'] });
    await client.query({ ...query, values: ['two'] });
    expect(wire.statements()).toEqual([query.text, query.text]);
  });

  test('that come in many packets are one', async () => {
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
});

describe('figures', () => {
  test('of a run: how many, the middle, the last in a hundred, the slowest', () => {
    const times = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(figuresOf(times, 4)).toEqual({ requestsPerSecond: 50, p50: 100, p99: 198, slowest: 200 });
    expect(figuresOf([7], 1)).toEqual({ requestsPerSecond: 1, p50: 7, p99: 7, slowest: 7 });
  });

  test('of several runs: the median of each by itself', () => {
    const runs = [
      { requestsPerSecond: 10, p50: 3, p99: 50, slowest: 60 },
      { requestsPerSecond: 30, p50: 1, p99: 70, slowest: 90 },
      { requestsPerSecond: 20, p50: 2, p99: 90, slowest: 91 },
    ];
    expect(medianOf(runs)).toEqual({ requestsPerSecond: 20, p50: 2, p99: 70, slowest: 90 });
  });

  test('say from where to where a count went', () => {
    expect([range([5, 2, 4]), range([5, 5]), range([])]).toEqual(['2..5', '5', '-']);
  });

  test('stand in a table', () => {
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
