import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCancel, tryCheck, tryConfirm, tryCreate } from '../../support/app/mutations.ts';
import { createOrder, purchase } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { ledgerTable } from '../../support/database/ledger-table.ts';

let app: TestApp;
let stranger: TestClient;
let draft: OrderFragment;
let completed: OrderFragment;

beforeAll(async () => {
  app = await startApp();
  const owner = await app.client({ organization_id: '1004' });
  completed = await purchase(app, owner, '1004', { wa_balance: '2500000' });
  draft = await createOrder(owner, '1004', { muv: '500' });
  stranger = await app.client({ organization_id: '1001' });
});

afterAll(() => app.close());

/** Texts that would reveal the owner, its orders or its money. */
function expectNothingOfTheOwner(answer: unknown): void {
  const text = JSON.stringify(answer);
  for (const fact of [draft.number, completed.number, completed.paidInvoiceNumber, 'Bahari', '2500000', '250000']) {
    expect(text).not.toContain(fact);
  }
}

test.each([
  'topupOptions(organizationId: "1004") { id }',
  'excessUsages(organizationId: "1004") { amount { amount } }',
  'hiddenTopupOptions(organizationId: "1004") { code }',
  'topupOrders(organizationId: "1004") { totalCount edges { node { id } } }',
])('{ %s } is forbidden', async (field) => {
  const answer = await stranger.send(`{ ${field} }`);
  expect(answer.errors?.map(({ extensions }) => extensions['code'])).toEqual(['FORBIDDEN']);
  expectNothingOfTheOwner(answer);
});

test('an order of another organization is null, like a missing one', async () => {
  const query = 'query ($id: ID!) { topupOrder(id: $id) { id number total { amount } } }';
  for (const id of [draft.id, completed.id, randomUUID()]) {
    expect(await stranger.query(query, { id })).toEqual({ topupOrder: null });
  }
});

test('a forbidden reference is null; those beside it are served', async () => {
  const answer = await stranger.send(
    `query ($representations: [_Any!]!) {
       _entities(representations: $representations) {
         __typename
         ... on Organization { id topupOrders { totalCount } quotaBalances { code balance } excessUsages { code } }
         ... on TopupOrder { id number total { amount } lines { amount { amount } } }
         ... on TopupOption { id code unitPrice { amount } excessUsage { amount { amount } } }
       }
     }`,
    {
      representations: [
        { __typename: 'Organization', id: '1004' },
        { __typename: 'TopupOrder', id: completed.id },
        { __typename: 'TopupOption', id: '1004:wa_balance' },
        { __typename: 'Organization', id: '1001' },
        { __typename: 'TopupOption', id: '1001:wa_balance' },
      ],
    },
  );
  expect(answer.data._entities).toEqual([
    null,
    null,
    null,
    expect.objectContaining({ id: '1001', topupOrders: { totalCount: 0 }, excessUsages: [] }),
    expect.objectContaining({ id: '1001:wa_balance', excessUsage: null }),
  ]);
  expectNothingOfTheOwner(answer);
});

test("another organization's orders and options cannot be confirmed, cancelled, checked or bought", async () => {
  const outcomes = [
    await tryConfirm(stranger, draft),
    await tryCancel(stranger, draft.id),
    await tryCheck(stranger, completed.id),
    await tryCreate(stranger, '1004', { wa_balance: '2500000' }),
  ];
  expect(outcomes.map(({ order }) => order)).toEqual([null, null, null, null]);
  expect(outcomes.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual([
    'ORDER_NOT_FOUND',
    'ORDER_NOT_FOUND',
    'ORDER_NOT_FOUND',
    'OPTION_UNAVAILABLE',
  ]);
  const input = { organizationId: '1004', items: [], idempotencyKey: randomUUID() };
  const answer = await stranger.send(
    'mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { order { id } } }',
    { input },
  );
  expect(answer.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
});

test('the ledger has entries of the owner alone', async () => {
  const period = app.sandbox.hubCore.organizations.get('1004')?.excess?.[0]?.period ?? '?';
  expect((await ledgerTable(app.db)).replaceAll(period, 'this m.')).toMatchInlineSnapshot(`
    "organization | quota      | kind              | quantity | period  | unit_price | amount
    1004         | wa_balance | EXCESS_SETTLEMENT | 250000   | this m. | 1          | 250000
    1004         | wa_balance | TOPUP             | 2500000  |         | 1          | 2500000"
  `);
});
