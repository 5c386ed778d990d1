import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { purchase } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';

const ORDER_FIELDS = 'id number status total { amount } lines { code } timeline { cause }';
const PAGE_FIELDS = `id topupEligibility { reasons } topupOptions { id } excessUsages { code } quotaBalances { code balance }
  topupOrders { totalCount edges { node { ${ORDER_FIELDS} } } }`;
const ENTITIES = `query ($of: [_Any!]!) { _entities(representations: $of) {
  __typename
  ... on Organization { ${PAGE_FIELDS} }
  ... on TopupOption { id unitPrice { amount } balance { balance } }
  ... on TopupOrder { ${ORDER_FIELDS} }
} }`;

let app: TestApp;
/** 1002's admin, who tries to read 1004's data. */
let stranger: TestClient;
let support: TestClient;
/** 1004's paid order: it has a balance, an order and settled excess to find. */
let orderId: string;

beforeAll(async () => {
  app = await startApp();
  const admin = await app.client({ organization_id: '1004' });
  orderId = (await purchase(app, admin, '1004', { muv: '500' })).id;
  stranger = await app.client({ organization_id: '1002' });
  support = await app.client({ organization_id: '1002', scope: 'topup:support' });
});

afterAll(() => app.close());

const references = () => [
  { __typename: 'Organization', id: '1004' },
  { __typename: 'TopupOption', id: '1004:muv' },
  { __typename: 'TopupOrder', id: orderId },
];

test('the owner and support resolve it by reference', async () => {
  for (const client of [await app.client({ organization_id: '1004' }), support]) {
    const { _entities } = await client.query(ENTITIES, { of: references() });
    expect(_entities).toMatchObject([
      { id: '1004', topupOrders: { totalCount: 1, edges: [{ node: { id: orderId, status: 'COMPLETED' } }] } },
      { id: '1004:muv', balance: { balance: '500' } },
      { id: orderId, total: { amount: '390000' } },
    ]);
  }
});

describe('another organization', () => {
  test.each(['topupOptions { id }', 'excessUsages { code }', 'topupOrders { totalCount edges { node { id } } }'])(
    'gets the same FORBIDDEN at %s, whether the organization exists or not',
    async (field) => {
      const asked = field.replace(/^\w+/, '$&(organizationId: $id)');
      const answers = await Promise.all(
        ['1004', '9999'].map((id) => stranger.send(`query ($id: ID) { ${asked} }`, { id })),
      );
      const [theirs, nobodys] = answers.map(({ data, errors }) => ({
        data,
        errors: errors?.map(({ message, extensions }) => `${extensions['code']} ${message}`),
      }));
      expect(Object.values(theirs?.data ?? {})).toEqual([null]);
      expect(theirs?.errors).toEqual([expect.stringContaining('FORBIDDEN')]);
      expect(theirs).toEqual(nobodys);
    },
  );

  test('has a page of its own without any of their data', async () => {
    const { _entities } = await stranger.query(ENTITIES, { of: [{ __typename: 'Organization', id: '1002' }] });
    expect(_entities[0]).toMatchObject({ id: '1002', excessUsages: [], topupOrders: { totalCount: 0, edges: [] } });
    expect(new Set(_entities[0].quotaBalances.map(({ balance }: { balance: string }) => balance))).toEqual(
      new Set(['0']),
    );
  });

  test('learns nothing from a cursor of another page', async () => {
    const { topupOrders } = await support.query('{ topupOrders(organizationId: "1004") { edges { cursor } } }');
    const after = topupOrders.edges[0].cursor;
    const query = `query ($after: String) { topupOrders(after: $after) { totalCount edges { node { id } } } }`;
    expect(await stranger.query(query, { after })).toEqual({ topupOrders: { totalCount: 0, edges: [] } });
  });
});

test('a request without a token reads nothing, not even by reference', async () => {
  const { errors, data } = await createTestClient(app.url, '').send(ENTITIES, { of: references() });
  expect(errors?.map(({ extensions }) => extensions['code'])).toContain('UNAUTHENTICATED');
  expect(JSON.stringify(data ?? null)).not.toMatch(/1004/);
});

test('a token without our scopes reads nothing, not even its own organization', async () => {
  const client = await app.client({ organization_id: '1004', scope: 'chat:read' });
  const { errors, data } = await client.send('{ topupOptions { id } topupOrders { totalCount } }');
  expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  expect(data).toEqual({ topupOptions: null, topupOrders: null });
});
