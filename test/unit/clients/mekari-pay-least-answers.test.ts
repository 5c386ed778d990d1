import { afterEach, beforeEach, expect, test } from 'vitest';
import { callsTo } from './four-neighbours.ts';
import { startTinyServer, type TinyServer } from './tiny-server.ts';

/** Answers with the members that contracts.md 3 shows for an invoice, and no other. */
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

const answer = (status: number, data: unknown) =>
  server.answerWith((response) => response.writeHead(status).end(JSON.stringify({ data })));

const NEW = {
  id: 'inv_1',
  status: 'pending',
  payment_url: 'https://pay.mekari.test/1',
  expires_at: '2026-11-23T03:04:05Z',
};
const READ = {
  id: 'inv_1',
  amount: undefined,
  externalId: undefined,
  paymentUrl: 'https://pay.mekari.test/1',
  expiresAt: new Date('2026-11-23T03:04:05Z'),
};

test('a new invoice needs to repeat nothing of what we sent', async () => {
  answer(201, NEW);
  expect(await calls['Mekari Pay: a new invoice']()).toMatchObject({ ...READ, status: 'pending', paid: null });
});

test.each([
  ['in rupiah', { paid_amount: 1000, paid_currency: 'IDR' }, { text: '1000', currency: 'IDR', rupiah: 1000n }],
  ['of no named currency', { paid_amount: '1000.00' }, { text: '1000', currency: 'IDR', rupiah: 1000n }],
  ['in dollars', { paid_amount: '65.25', paid_currency: 'USD' }, { text: '65.25', currency: 'USD', rupiah: null }],
])('what came in %s is read without the amount that was asked', async (_, sums, paid) => {
  const row = { ...NEW, status: 'paid', ...sums };
  answer(200, row);
  expect(await calls['Mekari Pay: an invoice']()).toMatchObject({ ...READ, status: 'paid', paid });
  answer(200, [row]);
  expect(await calls['Mekari Pay: the invoices of an order']()).toMatchObject([{ ...READ, status: 'paid', paid }]);
});

test.each([
  [200, ''],
  [200, '{}'],
  [204, ''],
])('a void is done with %i and the body %j', async (status, body) => {
  server.answerWith((response) => response.writeHead(status).end(body));
  expect(await calls['Mekari Pay: a void']()).toBe('voided');
});

test('a void that is refused with 409 and no body says that it is paid', async () => {
  server.answerWith((response) => response.writeHead(409).end());
  expect(await calls['Mekari Pay: a void']()).toBe('paid');
});
