import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder, until } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { startReplica } from '../../support/processes/replica.ts';

let app: TestApp;

beforeAll(async () => {
  await buildOnce();
  app = await startApp({ withoutBackground: true });
});

afterAll(async () => {
  await endStarted();
  await app?.close();
});

/**
 * The second order fails synchronously while the lines of the first one are being read, so graphql-js drops the promise of the
 * first order. When its lines cannot be read, that promise rejects without a handler, which ends a Node process.
 */
test('a failing order beside one with unreadable lines costs its page, and the server lives', async () => {
  const buyer = await app.client({ organization_id: '1003' });
  const failing = await createOrder(buyer, '1003', { agent_extra: '1' });
  await createOrder(buyer, '1003', { agent_extra: '2' });
  const replica = await startReplica(app);
  const client = createTestClient(replica.url, await app.sandbox.auth.token({ organization_id: '1003' }));
  const setExpiry = (value: string) =>
    app.db.query('update topup_orders set quote_expires_at = $2 where id = $1', [failing.id, value]);
  // DateTime refuses this value.
  await setExpiry('infinity');
  await app.db.query('alter table topup_order_lines rename to away');
  const { status, data, errors } = await client.send(
    '{ topupOrders { edges { node { quoteExpiresAt lines { label } } } } }',
  );
  // The answer does not wait for the lines.
  const { process } = replica;
  await until(
    async () => process.hasEnded || process.output.stdout.includes('"path":"topupOrders.edges.0.node.lines"'),
    Boolean,
  ).finally(async () => {
    await app.db.query('alter table away rename to topup_order_lines');
    await setExpiry(failing.quoteExpiresAt);
  });
  expect(process.hasEnded).toBe(false);
  expect({ status, data }).toEqual({ status: 200, data: { topupOrders: null } });
  expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['INTERNAL_SERVER_ERROR']);
  expect((await client.send('{ topupOrders { totalCount } }')).data).toEqual({ topupOrders: { totalCount: 2 } });
});
