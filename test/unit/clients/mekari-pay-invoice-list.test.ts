import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNeighbour, type Neighbour } from '../../../src/clients/http.ts';
import { listInvoices } from '../../../src/clients/mekari-pay/invoice-list.ts';
import { startTinyServer, type TinyServer } from './tiny-server.ts';

const SINCE = new Date('2026-11-22T03:04:05.678Z');
let server: TinyServer;
let neighbour: Neighbour;

beforeEach(async () => {
  server = await startTinyServer();
  neighbour = createNeighbour({
    name: 'mekari-pay',
    baseUrl: server.url,
    credentials: { clientId: 'us', clientSecret: 'hush' },
    timeoutMs: 5000,
    clock: { now: () => SINCE },
  });
});

afterEach(async () => {
  neighbour.close();
  await server.close();
});

const row = (id: string, changes: object = {}) => ({
  id,
  external_id: `TU-${id}`,
  status: 'paid',
  amount: 1_000_000,
  currency: 'IDR',
  paid_amount: 1_000_000,
  ...changes,
});

function answerPages(...pages: { data: unknown[]; next?: object | null }[]): void {
  let asked = 0;
  server.answerWith((response) => {
    response.end(JSON.stringify(pages[Math.min(asked, pages.length - 1)]));
    asked += 1;
  });
}

async function listed() {
  const pages = [];
  for await (const page of listInvoices(neighbour, SINCE)) pages.push(page);
  return pages;
}

describe("the provider's list", () => {
  test('is read page by page, each with the query that the page before gives', async () => {
    const next = { since: '2026-11-22T10:04:05+07:00', after: 'inv_2' };
    answerPages({ data: [row('inv_1'), row('inv_2')], next }, { data: [row('inv_3')], next: null });
    expect((await listed()).map(({ invoices }) => invoices.map(({ id }) => id))).toEqual([
      ['inv_1', 'inv_2'],
      ['inv_3'],
    ]);
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/api/v1/invoices?since=2026-11-22T03%3A04%3A05.678Z',
      '/api/v1/invoices?since=2026-11-22T10%3A04%3A05%2B07%3A00&after=inv_2',
    ]);
  });

  test.each([
    ['an empty page', { data: [] }],
    ['the last page again, because it knows no second one', { data: [row('inv_3')] }],
  ])('without a next query goes on after the last id, until %s', async (_, end) => {
    answerPages({ data: [row('inv_1'), row('inv_2')] }, { data: [row('inv_3')] }, end);
    const ids = (await listed()).flatMap(({ invoices }) => invoices.map(({ id }) => id));
    expect(ids).toEqual(['inv_1', 'inv_2', 'inv_3']);
    expect(server.requests.map(({ path }) => path)).toEqual(
      ['', '&after=inv_2', '&after=inv_3'].map(
        (after) => `/api/v1/invoices?since=2026-11-22T03%3A04%3A05.678Z${after}`,
      ),
    );
  });

  test('asks for the second page only when somebody reads on', async () => {
    answerPages({ data: [row('inv_1')], next: { since: '2026-11-22T03:04:06Z', after: 'inv_1' } });
    for await (const { invoices } of listInvoices(neighbour, SINCE)) {
      expect(invoices).toHaveLength(1);
      break;
    }
    expect(server.requests).toHaveLength(1);
  });

  test('names an invoice that cannot be read, and reads the others', async () => {
    const ofNobody = row('inv_3', { external_id: undefined });
    answerPages({ data: [row('inv_1'), row('inv_2', { amount: 1.5 }), row('', {}), 'nonsense', ofNobody] });
    const [page] = await listed();
    expect(page?.invoices.map(({ id }) => id)).toEqual(['inv_1']);
    expect(page?.unreadable.map(({ id }) => id)).toEqual(['inv_2', undefined, undefined, 'inv_3']);
    expect(page?.unreadable[0]?.reason).toMatch(/^amount /);
    expect(page?.unreadable[3]?.reason).toBe('external_id is missing');
  });

  test.each([
    ['paid', 0, /^paid_amount is 0 in an invoice that is paid/],
    ['partially_paid', '0.00', /^paid_amount is 0 in an invoice that is partially_paid/],
    ['refunded', 0, undefined],
    ['expired', 0, undefined],
  ])('takes no invoice that is %s for unpaid: a sum of %j', async (status, paid_amount, reason) => {
    answerPages({ data: [row('inv_1', { status, paid_amount })] });
    const [page] = await listed();
    expect(page?.unreadable[0]?.reason ?? page?.invoices[0]?.paid).toEqual(
      reason === undefined ? null : expect.stringMatching(reason),
    );
  });

  test('that does not advance is an error, not an endless loop', async () => {
    answerPages({ data: [], next: { since: '2026-11-22T03:04:06Z', after: 'inv_1' } });
    await expect(listed()).rejects.toThrow('mekari-pay malformed: the next page is the same page');
    expect(server.requests).toHaveLength(2);
  });

  test.each([{ rows: [] }, { data: {} }, { data: [], next: { since: 5 } }])(
    'of another form (%j) is an error',
    async (answer) => {
      server.answerWith((response) => response.end(JSON.stringify(answer)));
      await expect(listed()).rejects.toThrow(/^mekari-pay malformed: /);
    },
  );

  test.each<[string, object, bigint]>([
    ['a refunded invoice without a sum', { status: 'refunded' }, 1_000_000n],
    ['a refunded invoice with a sum of zero', { status: 'refunded', refunded_amount: 0 }, 1_000_000n],
    ['a refunded invoice with a part', { status: 'refunded', refunded_amount: 400_000 }, 400_000n],
    ['a paid invoice with a part', { refunded_amount: '400000.00' }, 400_000n],
    ['a paid invoice with a sum of zero', { refunded_amount: 0 }, 0n],
    ['a paid invoice without a sum', {}, 0n],
  ])('reads what was given back: %s', async (_, changes, refunded) => {
    answerPages({ data: [row('inv_1', changes)] });
    expect((await listed())[0]?.invoices).toMatchObject([{ refunded }]);
  });
});
