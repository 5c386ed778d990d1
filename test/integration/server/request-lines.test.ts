import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder, until } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ env: { LOG_REQUESTS_PERCENT: '0' } });
});
afterAll(() => app?.close());

const lines = () => app.logs.filter(({ event }) => event === 'request');

test('with a share of 0, queries without a fault leave no line; mutations and faults leave theirs', async () => {
  const client = await app.client();
  await client.query('{ topupOptions { id } }');
  await createOrder(client, '1001', { agent_extra: '1' });
  await client.send('{ nothingOfThis }');
  await until(
    async () => lines(),
    ({ length }) => length >= 2,
  );
  expect(lines()).toMatchObject([
    { operation: 'createTopupOrder', operationType: 'mutation' },
    { status: expect.any(Number), errorCodes: ['GRAPHQL_VALIDATION_FAILED'] },
  ]);
});
