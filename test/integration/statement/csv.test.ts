import { connect } from 'node:net';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TokenOptions } from '../../../sandbox/index.ts';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { until } from '../../support/app/purchase.ts';
import { creditOrder, type LedgerLine, refundLine } from '../../support/database/ledger-rows.ts';

let app: TestApp;
let owner: DataSource;

beforeAll(async () => {
  app = await startApp();
  owner = await connectDatabase({ url: app.db.url, entities: [], migrations: [], poolSize: 4 });
});
afterAll(async () => {
  await owner.destroy();
  await app.close();
});

async function get(path: string, claims?: TokenOptions) {
  const headers = claims && { authorization: `Bearer ${await app.sandbox.auth.token(claims)}` };
  const response = await fetch(app.url + path, headers && { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const topup = (code: string, units: number): LedgerLine => ({ kind: 'TOPUP', code, units });
const credit = (organizationId: string, lines: LedgerLine[], at: string) =>
  owner.transaction((tx) => creditOrder(tx, organizationId, lines, new Date(at)));

/** An organization with this many entries of October. */
async function fill(organizationId: string, entries: number, code = 'wa_balance'): Promise<void> {
  await credit(organizationId, [topup(code, 1)], '2026-10-01T00:00:00Z');
  await owner.transaction(async (tx) => {
    await tx.query('set local session_replication_role = replica');
    await tx.query(
      `insert into quota_ledger_entries (id, organization_id, order_line_id, quota_code, kind, quantity, created_at, balance_after)
       select gen_random_uuid(), organization_id, gen_random_uuid(), quota_code, 'TOPUP', n,
         created_at + make_interval(secs => n::int), n * (n + 1) / 2
       from quota_ledger_entries, generate_series(2, $2::bigint) as n where organization_id = $1`,
      [organizationId, entries],
    );
    await tx.query(
      `update organization_packages set balance = $2::bigint * ($2::bigint + 1) / 2 where organization_id = $1`,
      [organizationId, entries],
    );
  });
}

test('a month has the entries of its days in Jakarta, newest first, with order and reason', async () => {
  const excess: LedgerLine = { kind: 'EXCESS_SETTLEMENT', code: 'muv', units: 40 };
  const before = await credit('csv-1', [topup('muv', 100)], '2026-10-31T16:59:59.999Z');
  const first = await credit('csv-1', [excess, topup('muv', 500)], '2026-10-31T17:00:00.000Z');
  const reason = '=1+1, "salah beli"';
  const line = { id: first.id, lineId: first.lineIds[1] ?? '', code: 'muv', units: 200, reason };
  await owner.transaction((tx) => refundLine(tx, 'csv-1', line, new Date('2026-11-02T03:04:05.678Z')));
  const november = await get('/statements/2026-11.csv', { organization_id: 'csv-1' });
  expect(november.status).toBe(200);
  expect(november.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(november.headers.get('cache-control')).toBe('no-store');
  expect(november.text).toBe(
    [
      '"at","code","kind","quantity","balance_after","order_number","reason"',
      `"2026-11-02T10:04:05.678+07:00","muv","REFUND",-200,400,"${first.number}","'=1+1, ""salah beli"""`,
      `"2026-11-01T00:00:00.001+07:00","muv","TOPUP",500,600,"${first.number}",`,
      `"2026-11-01T00:00:00.000+07:00","muv","EXCESS_SETTLEMENT",40,100,"${first.number}",`,
      '',
    ].join('\r\n'),
  );
  expect((await get('/statements/2026-10.csv', { organization_id: 'csv-1' })).text.split('\r\n')).toEqual([
    expect.any(String),
    `"2026-10-31T23:59:59.999+07:00","muv","TOPUP",100,100,"${before.number}",`,
    '',
  ]);
});

test('a long month comes whole, each entry once, and its total is the ledger’s', async () => {
  await fill('csv-2', 2500);
  const { text } = await get('/statements/2026-10.csv', { organization_id: 'csv-2' });
  const quantities = text
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((row) => Number(row.split(',')[3]));
  expect(quantities).toEqual(Array.from({ length: 2500 }, (_, index) => 2500 - index));
});

describe('refusals', () => {
  const own = { organization_id: 'csv-1' };
  test.each<[string, TokenOptions | undefined, number, string]>([
    ['/statements/2026-11.csv', undefined, 401, 'This needs a token: send "Authorization: Bearer <JWT>".'],
    ['/statements/2026-11.csv', { ...own, scope: 'openid' }, 403, 'This needs the scope topup:read or topup:write'],
    ['/statements/2026-11.csv?organizationId=csv-2', own, 403, 'The token does not belong to this organization.'],
    ['/statements/2026-11.csv?organizationId=a&organizationId=b', own, 400, 'organizationId must be given once.'],
    ['/statements/2026-13.csv', own, 400, 'A statement is named after its month: /statements/2026-11.csv'],
    ['/statements/november.csv', own, 400, 'A statement is named after its month: /statements/2026-11.csv'],
    ['/statements/2099-01.csv', own, 404, '2099-01 has not begun in Jakarta'],
    ['/statements/2026-11.csv/more', own, 404, 'There is nothing here.'],
  ])('%s with %j: %i', async (path, claims, status, message) => {
    const answer = await get(path, claims);
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([status, expect.stringContaining(message)]);
  });
});

test('support reads the statement of any organization', async () => {
  const { status, text } = await get('/statements/2026-10.csv?organizationId=csv-2', { scope: 'topup:support' });
  expect([status, text.split('\r\n').length]).toEqual([200, 2502]);
});

test('a client that does not read stops the work, and gives its place back when it leaves', async () => {
  // More bytes than the system buffers for a connection.
  await fill('csv-slow', 16_000, 'a-long-name'.repeat(60));
  const token = await app.sandbox.auth.token({ organization_id: 'csv-slow', sub: 'slow' });
  const open = () => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.on('error', () => undefined).pause();
    socket.write(`GET /statements/2026-10.csv HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
    return socket;
  };
  const status = async () =>
    await fetch(`${app.url}/statements/2026-10.csv`, { headers: { authorization: `Bearer ${token}` } }).then(
      async (response) => ({
        status: response.status,
        retry: response.headers.get('retry-after'),
        body: response.body,
      }),
    );
  const sockets = [open(), open()];
  const refused = await until(status, (answer) => answer.status === 429);
  expect(refused).toMatchObject({ status: 429, retry: '10' });
  for (const socket of sockets) socket.destroy();
  const answer = await until(status, (each) => each.status === 200);
  let bytes = 0;
  for await (const chunk of answer.body ?? []) bytes += chunk.length;
  expect(bytes).toBeGreaterThan(11_000_000);
}, 60_000);
