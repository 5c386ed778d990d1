import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CancelTopupOrderDocument,
  CheckTopupPaymentDocument,
  ConfirmOrderDocument,
  CreateTopupOrderDocument,
  type OrderFragment,
  TopupOrderDocument,
} from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder, toItems } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';

let app: TestApp;
let order: OrderFragment;

beforeAll(async () => {
  app = await startApp();
  order = await createOrder(await app.client({ organization_id: '1001' }), '1001', { agent_extra: '3' });
});

afterAll(() => app.close());

const codes = (errors: readonly { extensions: Record<string, unknown> }[] | undefined) =>
  errors?.map(({ extensions }) => extensions['code']);

const REFERENCES = /* GraphQL */ `
  query ($representations: [_Any!]!) {
    _entities(representations: $representations) {
      ... on Organization { id quotaBalances { code } }
      ... on TopupOption { id code }
      ... on TopupOrder { id number }
    }
  }
`;

function references(client: TestClient, ...ids: [type: string, id: string][]) {
  return client.send(REFERENCES, { representations: ids.map(([__typename, id]) => ({ __typename, id })) });
}

const entities: [type: string, id: () => string][] = [
  ['Organization', () => '1001'],
  ['TopupOption', () => '1001:agent_extra'],
  ['TopupOrder', () => order.id],
];

test.each(entities)(
  'a reference to a %s resolves for its organization and for support, and is null for others',
  async (type, id) => {
    const callers: Record<string, Parameters<TestApp['client']>[0]> = {
      reader: { organization_id: '1001', scope: 'topup:read' },
      buyer: { organization_id: '1001', scope: 'topup:write' },
      'without scope': { organization_id: '1001', scope: '' },
      'of another organization': { organization_id: '1004', scope: 'topup:read topup:write' },
      support: { organization_id: '1004', scope: 'topup:support' },
    };
    const found: Record<string, string> = {};
    for (const [name, claims] of Object.entries(callers)) {
      const { data, errors } = await references(await app.client(claims), [type, id()]);
      expect(errors).toBeUndefined();
      found[name] = data._entities[0]?.id ?? 'null';
    }
    expect(found).toEqual({
      reader: id(),
      buyer: id(),
      'without scope': 'null',
      'of another organization': 'null',
      support: id(),
    });
  },
);

test.each(entities)('a reference to a %s without a token is UNAUTHENTICATED', async (type, id) => {
  const { data, errors } = await references(createTestClient(app.url, ''), [type, id()]);
  expect(codes(errors)).toEqual(['UNAUTHENTICATED']);
  expect(data?._entities?.[0] ?? null).toBeNull();
});

test('forbidden references are null each, and the others are served', async () => {
  const other = await app.client({ organization_id: '1004' });
  const { data, errors } = await references(
    other,
    ['TopupOrder', order.id],
    ['Organization', '1004'],
    ['TopupOption', '1001:muv'],
    ['TopupOption', '1004:muv'],
    ['TopupOrder', 'nonsense'],
    ['TopupOption', '1004:unknown'],
    ['Organization', '1001'],
  );
  expect(errors).toBeUndefined();
  expect(data._entities.map((entity: { id: string } | null) => entity?.id ?? null)).toEqual([
    null,
    '1004',
    null,
    '1004:muv',
    null,
    null,
    null,
  ]);
});

test('a malformed reference is answered without an error of ours', async () => {
  const client = await app.client({ organization_id: '1001' });
  const { status, data, errors } = await client.send(REFERENCES, {
    representations: [
      { __typename: 'TopupOption' },
      { __typename: 'TopupOrder', id: { a: 1 } },
      { __typename: 'Organization', id: 7 },
    ],
  });
  expect(status).toBe(200);
  expect(codes(errors) ?? []).not.toContain('INTERNAL_SERVER_ERROR');
  expect(data._entities).toEqual([null, null, null]);
});

test('two aliases with different organizations: the own one is served, the other is FORBIDDEN', async () => {
  const admin = await app.client({ organization_id: '1001' });
  const { data, errors } = await admin.send(
    '{ own: topupOptions(organizationId: "1001") { code } other: topupOptions(organizationId: "1004") { code } }',
  );
  expect(data.own.length).toBeGreaterThan(0);
  expect(data.other).toBeNull();
  expect(errors?.map(({ path }) => path)).toEqual([['other']]);
  expect(codes(errors)).toEqual(['FORBIDDEN']);
});

test('two aliases with different organizations: support reads the data of each', async () => {
  const support = await app.client({ scope: 'topup:support' });
  const { a, b, c } = await support.query(`{
    a: topupOptions(organizationId: "1001") { code minimum excessUsage { code } }
    b: topupOptions(organizationId: "1004") { code minimum excessUsage { code } }
    c: topupOrders(organizationId: "1004") { totalCount }
  }`);
  expect(a).toContainEqual({ code: 'wa_balance', minimum: '1000000', excessUsage: null });
  expect(b).toContainEqual({ code: 'wa_balance', minimum: '2500000', excessUsage: { code: 'wa_balance' } });
  expect(c).toEqual({ totalCount: 0 });
});

test('another organization’s order looks like a missing one, by query and by every mutation', async () => {
  const other = await app.client({ organization_id: '1004' });
  for (const orderId of [order.id, randomUUID()]) {
    expect(await other.query(TopupOrderDocument, { id: orderId })).toEqual({ topupOrder: null });
    const { total } = order;
    const confirm = { orderId, expectedTotal: total.amount, idempotencyKey: randomUUID() };
    const payloads = [
      (await other.query(ConfirmOrderDocument, { input: confirm })).confirmOrder,
      (await other.query(CancelTopupOrderDocument, { input: { orderId } })).cancelTopupOrder,
      (await other.query(CheckTopupPaymentDocument, { input: { orderId } })).checkTopupPayment,
    ];
    for (const payload of payloads) {
      expect(payload).toMatchObject({ order: null, userErrors: [{ code: 'ORDER_NOT_FOUND' }] });
    }
  }
});

test('support writes for no organization, and a buyer for no other', async () => {
  const input = { organizationId: '1004', items: toItems('1004', { muv: '500' }), idempotencyKey: randomUUID() };
  for (const scope of ['topup:support', 'topup:write', 'topup:write topup:support']) {
    const client = await app.client({ organization_id: '1001', scope });
    expect(codes((await client.send(CreateTopupOrderDocument, { input })).errors)).toEqual(['FORBIDDEN']);
  }
  expect(await app.db.query("select id from topup_orders where organization_id = '1004'")).toEqual([]);
});
