import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { createOrder, readOrder } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { type MortalServer, startMortalServer } from './mortal-server.ts';

const clock = { now: () => new Date() };
let landlord: TestApp;
let server: MortalServer;

beforeAll(async () => {
  // The queue's library writes every connection that it loses to stderr.
  vi.spyOn(console, 'trace').mockImplementation(() => undefined);
  landlord = await startApp({ withoutBackground: true });
  server = await startMortalServer(landlord, clock);
});

afterAll(async () => {
  await server.stop();
  await landlord.close();
});

const outcome = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'reached',
    () => 'not reached',
  );

test('a dead server reaches no database or neighbour, however often it tries, and its successor does', async () => {
  const tries = async ({ database, neighbours }: TestApp) => [
    await outcome(database.query('select 1')),
    await outcome(neighbours.paymentProvider.invoicesOfOrder('TU-1')),
  ];
  const attempts = Promise.withResolvers<string[]>();
  const keepTrying = async (app: TestApp) => attempts.resolve([...(await tries(app)), ...(await tries(app))]);
  expect(await tries(server.app)).toEqual(['reached', 'reached']);
  await server.dieDuring(keepTrying, 0);
  expect(await attempts.promise).toEqual(Array(4).fill('not reached'));
  expect(await tries(server.app)).toEqual(['reached', 'reached']);
});

test.each([
  ['at once: nothing has happened', 0, 'DRAFT', 0],
  ['when all is done: everything has happened, and only the answer is lost', 10_000, 'PENDING_PAYMENT', 1],
])('a server that dies %s', async (_, packets, status, invoices) => {
  const id = addOrganization(landlord.sandbox, '1001');
  const token = await landlord.sandbox.auth.token({ organization_id: id });
  const client = (app: TestApp) => createTestClient(app.url, token);
  const order = await createOrder(client(server.app), id, { wa_balance: '1000000' });
  await server.dieDuring((app) => tryConfirm(client(app), order), packets);
  expect((await readOrder(client(server.app), order.id)).status).toBe(status);
  expect(landlord.sandbox.mekariPay.invoices(order.number)).toHaveLength(invoices);
});
