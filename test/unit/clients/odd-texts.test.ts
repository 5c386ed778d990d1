import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/clients/upstream-error.ts';
import { callsTo } from './four-neighbours.ts';
import { startTinyServer, type TinyServer } from './tiny-server.ts';

/** PostgreSQL refuses the first, stores another character for the second, and a terminal obeys the third. */
const ODD = ['a\u0000b', '\ud800', '\u001b[2J', 'a\u202eb', ''];

let server: TinyServer;
let close: () => void;
let calls: ReturnType<typeof callsTo>['calls'];

beforeEach(async () => {
  server = await startTinyServer();
  ({ calls, close } = callsTo(server.url));
});
afterEach(async () => {
  close();
  await server.close();
});

const answer = (data: unknown) => server.answerWith((response) => response.end(JSON.stringify({ data })));
const INVOICE = {
  id: 'inv_1',
  external_id: 'TU-1',
  status: 'paid',
  amount: 1000,
  currency: 'IDR',
  paid_amount: 1000,
  paid_currency: 'IDR',
  payment_url: 'https://pay.mekari.test/1',
};
const malformed = { kind: 'malformed' };

describe.each(['id', 'currency', 'paid_currency'])("an invoice's %s", (member) => {
  test.each(ODD)('is malformed as %j, in every answer that has it', async (text) => {
    answer({ ...INVOICE, [member]: text });
    await expect(calls['Mekari Pay: a new invoice']()).rejects.toMatchObject(malformed);
    await expect(calls['Mekari Pay: an invoice']()).rejects.toMatchObject(malformed);
    answer([{ ...INVOICE, [member]: text }]);
    await expect(calls['Mekari Pay: the invoices of an order']()).rejects.toMatchObject(malformed);
  });
});

test('an invoice of another order is malformed; without oddities it is read', async () => {
  answer(INVOICE);
  expect(await calls['Mekari Pay: a new invoice']()).toMatchObject({ id: 'inv_1', externalId: 'TU-1' });
  expect(await calls['Mekari Pay: an invoice']('inv_1')).toMatchObject({
    paid: { text: '1000', currency: 'IDR', rupiah: 1000n },
  });
  await expect(calls['Mekari Pay: an invoice']('inv_2')).rejects.toMatchObject(malformed);
  answer({ ...INVOICE, external_id: 'TU-2' });
  await expect(calls['Mekari Pay: a new invoice']()).rejects.toMatchObject(malformed);
  answer([{ ...INVOICE, external_id: 'TU-2' }]);
  expect(await calls['Mekari Pay: the invoices of an order']('TU-1')).toEqual([]);
});

test.each([...ODD, 'x'.repeat(101)])('a PI number %j is malformed', async (pi_number) => {
  answer({ pi_number });
  await expect(calls['Moderator: a paid PI']()).rejects.toMatchObject(malformed);
});

test("an organization's name keeps its words, and an excess with an unreadable period is unknown", async () => {
  const excess = [
    { key: 'muv_excess', period: '2026-11', quantity: 1 },
    { key: 'wa_balance_excess', period: '2026\u000011', quantity: 1 },
  ];
  answer([{ id: '1001', name: 'PT\u0000Maju\u202e Jaya\ud800', billing_version: 'v3', settings: {}, excess }]);
  const found = (await calls['hub-core: organizations']()).get('1001');
  if (found === undefined || found instanceof UpstreamError) throw new Error('the organization was not read');
  expect(found.name).toBe('PT Maju  Jaya ');
  expect(found.excess).toEqual([{ key: 'muv_excess', period: '2026-11', quantity: 1n }]);
  expect(found.unknownExcess).toEqual(['wa_balance_excess']);
});
