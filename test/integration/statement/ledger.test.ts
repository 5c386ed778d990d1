import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { approveSeen, refundSeen } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, payUntilReview, purchase, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const LEDGER = /* GraphQL */ `
  query ($id: ID, $first: Int, $after: String, $code: String) {
    topupOrganization(id: $id) { quotaLedger(first: $first, after: $after, code: $code) {
      edges { node { code kind quantity balanceAfter reason order { number status } } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }
  }
`;

const excess = [{ key: 'wa_balance_excess', period: '2026-10', quantity: 250_000 }];

async function buyer(changes: Parameters<typeof addOrganization>[2] = {}) {
  const id = addOrganization(app.sandbox, '1001', changes);
  return { id, client: await app.client({ organization_id: id }) };
}

const ledgerOf = async (client: TestClient, variables: Record<string, unknown> = {}) =>
  (await client.query(LEDGER, variables)).topupOrganization.quotaLedger;

const nodesOf = ({ edges }: { edges: { node: { kind: string } }[] }) => edges.map(({ node }) => node);

test('a purchase, its settlement of excess, and the refund of what was not used', async () => {
  const { id, client } = await buyer({ excess });
  const first = await purchase(app, client, id, { wa_balance: '1000000' });
  const second = await purchase(app, client, id, { wa_balance: '2000000', agent_extra: '3' });
  const takeBack = new Map([['wa_balance', 500_000n]]);
  const refund = { actor: 'rina', reason: 'Bought by mistake', takeBack };
  await refundSeen(app, second.number, refund, async () => 0n);
  const ofSecond = { code: 'wa_balance', reason: null, order: { number: second.number, status: 'REFUNDED' } };
  const ofFirst = { code: 'wa_balance', reason: null, order: { number: first.number, status: 'COMPLETED' } };
  const nodes = nodesOf(await ledgerOf(client, { code: 'wa_balance' }));
  expect(nodes.slice(0, 2)).toEqual([
    { ...ofSecond, kind: 'REFUND', quantity: '-500000', balanceAfter: '2500000', reason: 'Bought by mistake' },
    { ...ofSecond, kind: 'TOPUP', quantity: '2000000', balanceAfter: '3000000' },
  ]);
  // Nobody relies on the order of the two entries of one payment.
  expect(nodes.slice(2)).toHaveLength(2);
  expect(nodes.slice(2)).toEqual(
    expect.arrayContaining([
      { ...ofFirst, kind: 'TOPUP', quantity: '1000000', balanceAfter: '1000000' },
      {
        ...ofFirst,
        kind: 'EXCESS_SETTLEMENT',
        quantity: '250000',
        balanceAfter: nodes[2]?.kind === 'TOPUP' ? '0' : '1000000',
      },
    ]),
  );
  expect(nodesOf(await ledgerOf(client, { code: 'agent_extra' }))).toEqual([
    { ...ofSecond, code: 'agent_extra', kind: 'TOPUP', quantity: '3', balanceAfter: '3' },
  ]);
});

test('a payment that an operator approved has the reason', async () => {
  const { id, client } = await buyer();
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await payUntilReview(app, client, order, { amount: 400_000 });
  await approveSeen(app, order.number, { actor: 'rina', reason: 'The bank took its fee' });
  await untilStatus(client, order.id, 'COMPLETED');
  const { edges } = await ledgerOf(client);
  expect(edges).toMatchObject([{ node: { kind: 'TOPUP', reason: 'The bank took its fee' } }]);
});

test('an organization without a purchase has an empty page, as has a quota without one', async () => {
  const { id, client } = await buyer();
  const empty = {
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  };
  expect(await ledgerOf(client)).toEqual(empty);
  await purchase(app, client, id, { wa_balance: '1000000' });
  expect(await ledgerOf(client, { code: 'no_such_quota' })).toEqual(empty);
  expect(await ledgerOf(client, { first: 0 })).toEqual({
    ...empty,
    pageInfo: { ...empty.pageInfo, hasNextPage: true },
  });
});

test.each([
  [{ first: -1 }, 'first must not be negative; got -1.'],
  [{ after: 'yesterday' }, 'after is not a cursor: take one from pageInfo.endCursor or from an edge.'],
])('%j is refused', async (variables, message) => {
  const { client } = await buyer();
  const { errors, data } = await client.send(LEDGER, variables);
  expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(data.topupOrganization.quotaLedger).toBeNull();
});

test('support reads any statement, with its orders; another organization reads none', async () => {
  const { id, client } = await buyer();
  const { number } = await purchase(app, client, id, { wa_balance: '1000000' });
  const support = await app.client({ scope: 'topup:support' });
  expect((await ledgerOf(support, { id })).edges).toMatchObject([{ node: { order: { number } } }]);
  const stranger = await buyer();
  const { errors, data } = await stranger.client.send(LEDGER, { id });
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  expect(data.topupOrganization).toBeNull();
});
