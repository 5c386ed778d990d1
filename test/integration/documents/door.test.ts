import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkKeys, writeToken } from '../../../src/documents/rules/document-link.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { documentsOf, follow, linkTo } from '../../support/app/documents.ts';
import { createOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const SECRET = 'a-secret-for-links-of-documents-that-is-long';
const keys = linkKeys([SECRET], '');
const time = movableClock();
let app: TestApp;
let client: TestClient;
let orderId: string;

beforeAll(async () => {
  app = await startApp({
    clock: time.clock,
    sandbox: { clock: time.now },
    env: { DOCUMENT_LINK_SECRET: SECRET, CORS_ORIGINS: 'https://app.example.test' },
  });
  client = await app.client({ organization_id: '1001', expires_in: 86_400 });
  orderId = (await createOrder(client, '1001', { agent_extra: '1' })).id;
});
afterAll(() => app.close());

const inTenMinutes = () => new Date(time.now().getTime() + 600_000);
const own = () => ({
  organizationId: '1001',
  orderId,
  kind: 'QUOTATION' as const,
  quote: 1,
  expiresAt: inTenMinutes(),
});
const at = (token: string) => `http://127.0.0.1/documents/${token}`;
const UNKNOWN = 'There is no document behind this link: open the order again, and follow the link there.';

test('a link lasts ten minutes, for any number of readers without a token', async () => {
  const [document] = await documentsOf(client, orderId);
  const link = document?.url ?? '';
  const life = Date.parse(document?.expiresAt ?? '') - time.now().getTime();
  expect(life).toBeLessThanOrEqual(600_000);
  expect(life).toBeGreaterThan(590_000);
  expect([(await follow(app, link)).status, (await follow(app, link)).status]).toEqual([200, 200]);
  time.advance(590);
  expect((await follow(app, link)).status).toBe(200);
  time.advance(11);
  const { status, bytes } = await follow(app, link);
  expect([status, JSON.parse(bytes.toString()).error]).toEqual([
    410,
    'This link has expired: open the order again, and follow the new link there.',
  ]);
});

test('the file is a PDF with a name of its own, for its reader alone', async () => {
  const { headers, bytes } = await follow(app, await linkTo(client, orderId, 'QUOTATION'));
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'application/pdf',
    'content-length': String(bytes.length),
    'content-disposition': expect.stringMatching(/^attachment; filename="quotation-TU-[\w-]+\.pdf"$/),
    'cache-control': 'private, max-age=600',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
  });
});

describe('a link that leads to no document', () => {
  const other = '0190a5b4-0000-7000-8000-000000000001';
  test.each<[string, () => string]>([
    ['has a forged signature', () => writeToken(linkKeys(['another-secret-for-links-that-is-long-too'], ''), own())],
    ['is cut off', () => writeToken(keys, own()).slice(0, -2)],
    ['is another organization’s', () => writeToken(keys, { ...own(), organizationId: '1002' })],
    ['is of an order that does not exist', () => writeToken(keys, { ...own(), orderId: other })],
    ['is of a quote that does not exist', () => writeToken(keys, { ...own(), quote: 2 })],
    ['is of a receipt of an unpaid order', () => writeToken(keys, { ...own(), kind: 'RECEIPT', quote: 0 })],
    ['is long', () => 'x'.repeat(900)],
    ['is odd', () => '%00.%F0%9F%92%A5'],
  ])('%s: 404, with the same words', async (_, token) => {
    const { status, headers, bytes } = await follow(app, at(token()));
    expect([status, JSON.parse(bytes.toString()).error]).toEqual([404, UNKNOWN]);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('expired long ago and forged: as if it were not there', async () => {
    const past = { ...own(), expiresAt: new Date('2020-01-01T00:00:00Z') };
    expect((await follow(app, at(writeToken(keys, past)))).status).toBe(410);
    expect((await follow(app, at(`${writeToken(keys, past)}x`))).status).toBe(404);
  });

  test('none of them has stored a document', async () => {
    const rows = await app.db.query<{ kind: string }>('select kind from order_documents');
    expect(rows).toEqual([{ kind: 'QUOTATION' }]);
  });
});

test('neither the log nor an error has the token', async () => {
  const link = await linkTo(client, orderId, 'QUOTATION');
  await follow(app, link);
  await follow(app, at(`${writeToken(keys, own())}x`));
  const lines = app.logs.filter(({ path }) => path === '/documents/:file');
  expect(lines.length).toBeGreaterThan(1);
  expect(lines[0]).toMatchObject({ event: 'request', method: 'GET', status: 200, organizationId: '1001' });
  const [content = '', signature = ''] = (new URL(link).pathname.split('/').at(-1) ?? '').split('.');
  const log = JSON.stringify(app.logs);
  expect([log.includes(content), log.includes(signature)]).toEqual([false, false]);
});

test('a page of a listed origin may fetch it, and no other page', async () => {
  const path = new URL(await linkTo(client, orderId, 'QUOTATION')).pathname;
  const allowed = async (origin: string) =>
    (await fetch(app.url + path, { headers: { origin } })).headers.get('access-control-allow-origin');
  expect(await allowed('https://app.example.test')).toBe('https://app.example.test');
  expect(await allowed('https://evil.example.test')).toBeNull();
});

test('readers over the bound are asked to come again, and the others are served', async () => {
  const { pathname } = new URL(await linkTo(client, orderId, 'QUOTATION'));
  const holder = new pg.Client({ connectionString: app.db.url });
  await holder.connect();
  try {
    // Nobody is served before all have come.
    await holder.query('begin; lock table order_documents in access exclusive mode');
    const answers = Array.from({ length: 65 }, () => fetch(app.url + pathname));
    const { status, headers } = await Promise.race(answers);
    expect([status, headers.get('retry-after')]).toEqual([429, '5']);
    await holder.query('rollback');
    const served = (await Promise.all(answers)).filter((answer) => answer.status === 200);
    expect(served).toHaveLength(64);
  } finally {
    await holder.end();
  }
}, 30_000);
