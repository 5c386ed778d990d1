import { expect } from 'vitest';
import type { Sandbox } from '../../../sandbox/index.ts';
import { test } from './sandbox-test.ts';
import { dataOf, errorOf, type SignedCall, signedFetch } from './signed-fetch.ts';

const line = {
  package_id: 'pkg-agent',
  package_code: 'AGENT',
  quota_type: 'contract',
  kind: 'TOPUP',
  quantity: 2,
  unit_price: 125_000,
  amount: 250_000,
  period_start: '2026-11-22',
  period_end: '2027-12-31',
};

const paidPi = (change: Record<string, unknown> = {}) => ({
  organization_id: '1001',
  order_number: 'TOP-1',
  billing_version: 'v3',
  active_from: '2026-11-22',
  paid_date: '2026-11-22',
  currency: 'IDR',
  amount: 250_000,
  lines: [line],
  ...change,
});

function book(sandbox: Sandbox, change: Record<string, unknown> = {}, call: SignedCall = {}): Promise<Response> {
  const url = `${sandbox.moderator.url}/api/v1/billing/subscriptions/paid_pi`;
  return signedFetch(sandbox, url, { method: 'POST', body: paidPi(change), ...call });
}

test('each order is booked once, numbered within its month; a repeat answers 409 with the same number', async ({
  start,
}) => {
  let now = new Date('2026-11-30T16:59:00Z');
  const sandbox = await start({ clock: () => now, wireClock: () => new Date() });
  const first = await book(sandbox, {}, { key: 'one' });
  expect(first.status).toBe(201);
  expect(await dataOf(first)).toEqual({ pi_number: 'PI/2026/11/00001' });
  const repeat = await book(sandbox, {}, { key: 'one' });
  expect([repeat.status, await dataOf(repeat)]).toEqual([409, { pi_number: 'PI/2026/11/00001' }]);
  expect(await dataOf(await book(sandbox, { order_number: 'TOP-2' }))).toEqual({ pi_number: 'PI/2026/11/00002' });
  now = new Date('2026-11-30T17:00:00Z');
  expect(await dataOf(await book(sandbox, { order_number: 'TOP-3' }))).toEqual({ pi_number: 'PI/2026/12/00001' });
  expect(sandbox.moderator.bookings().map(({ attempts }) => attempts)).toEqual([2, 1, 1]);
  expect(sandbox.moderator.booking('TOP-1')?.request.lines[0]?.period_end).toBe('2027-12-31');
  const reused = await book(sandbox, { order_number: 'TOP-4' }, { key: 'one' });
  expect(await errorOf(reused)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
});

test('the repeat finds a booking whose answer is lost', async ({ sandbox }) => {
  const booking = sandbox.moderator.waitForBooking('TOP-1');
  sandbox.moderator.faults.set([{ kind: 'drop-answer', times: 1 }]);
  await expect(book(sandbox)).rejects.toThrow();
  expect((await booking).pi_number).toMatch(/00001$/);
  expect((await book(sandbox)).status).toBe(409);
});

const withLine = (change: Record<string, unknown>) => ({ lines: [{ ...line, ...change }] });

const wrong: [string, Record<string, unknown>, string[]][] = [
  ['an unknown field', { note: 1 }, ['note']],
  ['an unknown field of a line', withLine({ label: 'x' }), ['lines[0].label']],
  ['an amount in a string', { amount: '250000' }, ['amount']],
  ['a unit price in a string', withLine({ unit_price: '125000' }), ['lines[0].unit_price']],
  ['a line that does not multiply', { ...withLine({ amount: 250_001 }), amount: 250_001 }, ['lines[0].amount']],
  ['an amount that is not the sum', { amount: 1 }, ['amount']],
  ['a day that does not exist', { paid_date: '2026-02-30' }, ['paid_date']],
  ['a time instead of a day', { active_from: '2026-11-22T00:00:00Z' }, ['active_from']],
  ['an unknown quota type', withLine({ quota_type: 'CONTRACT' }), ['lines[0].quota_type']],
  ['an unknown kind', withLine({ kind: 'topup' }), ['lines[0].kind']],
  ['a package left out', withLine({ package_id: undefined }), ['lines[0].package_id']],
  ['a contract top-up without an end', withLine({ period_end: null }), ['lines[0].period_end']],
  ['a monthly top-up without an end', withLine({ quota_type: 'monthly', period_end: null }), ['lines[0].period_end']],
  ['a lifetime top-up with an end', withLine({ quota_type: 'lifetime' }), ['lines[0].period_end']],
  ['an end before the start', withLine({ period_end: '2026-11-21' }), ['lines[0].period_end']],
  ['no lines', { lines: [] }, ['lines']],
];

for (const [name, change, fields] of wrong) {
  test(`422: ${name}`, async ({ sandbox }) => {
    expect(await errorOf(await book(sandbox, change))).toEqual({ status: 422, code: 'invalid', fields });
    expect(sandbox.moderator.bookings()).toEqual([]);
  });
}

test('a package may be null, and an excess line needs no end', async ({ sandbox }) => {
  const excess = { package_id: null, package_code: null, kind: 'EXCESS', quota_type: 'lifetime', period_end: null };
  expect((await book(sandbox, withLine(excess))).status).toBe(201);
});

test('a booking is found by its order number', async ({ start }) => {
  const sandbox = await start();
  await book(sandbox, {}, { key: 'one' });
  const find = (query: string) =>
    signedFetch(sandbox, `${sandbox.moderator.url}/api/v1/billing/subscriptions/paid_pi${query}`);
  expect(await dataOf(await find('?order_number=TOP-1'))).toEqual([
    {
      pi_number: expect.stringMatching(/^PI\/\d{4}\/\d{2}\/00001$/),
      order_number: 'TOP-1',
      organization_id: '1001',
      amount: 250_000,
      currency: 'IDR',
      booked_at: expect.any(String),
    },
  ]);
  expect(await dataOf(await find('?order_number=TOP-2'))).toEqual([]);
  expect((await find('')).status).toBe(400);
});
