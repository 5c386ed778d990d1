import { expect } from 'vitest';
import type { Invoice, Sandbox } from '../../../sandbox/index.ts';
import { newInvoice } from './invoice-body.ts';
import { test } from './sandbox-test.ts';
import { errorOf, signedFetch } from './signed-fetch.ts';

interface Page {
  data: Invoice[];
  next: { since: string; after: string } | null;
}

const get = (sandbox: Sandbox, query: Record<string, string>) =>
  signedFetch(sandbox, `${sandbox.mekariPay.url}/api/v1/invoices?${new URLSearchParams(query)}`);
const list = async (sandbox: Sandbox, query: Record<string, string>) =>
  (await (await get(sandbox, query)).json()) as Page;

test('invoices are listed by the time of their last change', async ({ start }) => {
  let now = new Date('2026-11-30T01:00:00.000Z');
  const sandbox = await start({ clock: () => now, wireClock: () => new Date() });
  const at = (time: string) => {
    now = new Date(`2026-11-30T${time}.000Z`);
  };
  const expires_at = '2026-11-30T01:04:00Z';
  await newInvoice(sandbox, { external_id: 'TOP-1', expires_at: '2026-12-01T00:00:00Z' });
  at('01:01:00');
  await newInvoice(sandbox, { external_id: 'TOP-2', expires_at });
  at('01:02:00');
  await sandbox.mekariPay.pay('TOP-1', { webhook: false });
  const numbers = async (since: string) =>
    (await list(sandbox, { since: `2026-11-30T${since}.000Z` })).data.map(({ external_id: number }) => number);
  expect(await numbers('00:00:00')).toEqual(['TOP-2', 'TOP-1']);
  expect(await numbers('01:02:00')).toEqual(['TOP-1']);
  expect(await numbers('01:02:01')).toEqual([]);
  at('01:05:00');
  expect(await numbers('01:03:00')).toEqual(['TOP-2']);
});

test('pages follow each other without a gap, also among invoices of one moment', async ({ start }) => {
  const now = new Date('2026-11-30T01:00:00.000Z');
  const sandbox = await start({ clock: () => now, wireClock: () => new Date() });
  const expires_at = '2026-12-01T00:00:00Z';
  const made = await Promise.all(
    Array.from({ length: 230 }, (_, index) => newInvoice(sandbox, { external_id: `TOP-${index}`, expires_at })),
  );
  const first = await list(sandbox, { since: '2026-11-30T08:00:00+07:00' });
  const second = await list(sandbox, first.next ?? {});
  const third = await list(sandbox, second.next ?? {});
  expect([first, second, third].map(({ data }) => data.length)).toEqual([100, 100, 30]);
  expect(third.next).toBeNull();
  const ids = [first, second, third].flatMap(({ data }) => data.map(({ id }) => id));
  expect(new Set(ids)).toEqual(new Set(made.map(({ id }) => id)));
});

test('a time that is none is refused', async ({ sandbox }) => {
  expect(await errorOf(await get(sandbox, { since: '2026-11-30' }))).toMatchObject({ status: 400, fields: ['since'] });
});
