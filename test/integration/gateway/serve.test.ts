import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CreateTopupOrderDocument, TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder, toItems, untilStatus } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';
import { type Gateway, startGateway } from '../../support/graphql/gateway.ts';
import { startOrganizationsSubgraph } from '../../support/graphql/organizations-subgraph.ts';
import type { SubgraphStub } from '../../support/graphql/subgraph-stub.ts';

let app: TestApp;
let organizations: SubgraphStub;
let gateway: Gateway;

beforeAll(async () => {
  app = await startApp();
  organizations = await startOrganizationsSubgraph(app.sandbox.hubCore.organizations.all());
  gateway = await startGateway({ subgraphs: { organizations: organizations.url, 'self-topup': `${app.url}/graphql` } });
});

afterAll(async () => {
  await gateway?.stop();
  await organizations?.stop();
  await app?.close();
});

async function client(claims?: Parameters<TestApp['sandbox']['auth']['token']>[0]): Promise<TestClient> {
  return createTestClient(gateway.url, await app.sandbox.auth.token(claims));
}

const PAGE = /* GraphQL */ `
  query ($ids: [ID!]!) {
    organizations(ids: $ids) {
      id
      name
      topupEligibility {
        newPageEnabled
        orderingEnabled
        reasons
      }
      topupOptions {
        code
        balance {
          balance
        }
      }
      excessUsages {
        code
        amount {
          amount
        }
      }
      quotaBalances {
        code
        balance
      }
      topupOrders(first: 5) {
        totalCount
        edges {
          node {
            number
            organization {
              name
            }
          }
        }
      }
    }
  }
`;

test('a purchase through the gateway ends with the balance up, beside the name from the other subgraph', async () => {
  const admin = await client({ organization_id: '1001' });
  const { topupOptions } = await admin.query(TopupOptionsDocument, {});
  expect(topupOptions?.map(({ code }) => code)).toContain('wa_balance');

  const confirmed = await confirmOrder(admin, await createOrder(admin, '1001', { wa_balance: '1500000' }));
  expect(confirmed).toMatchObject({ status: 'PENDING_PAYMENT', paymentUrl: expect.any(String) });
  await app.sandbox.mekariPay.pay(confirmed.number);
  const completed = await untilStatus(admin, confirmed.id, 'COMPLETED');
  expect(completed.paidInvoiceNumber).toMatch(/^PI\//);

  const { myOrganization } = await admin.query(
    '{ myOrganization { name quotaBalances { code balance } topupOrders { edges { node { number organization { name } } } } } }',
  );
  const { name } = app.sandbox.hubCore.organizations.get('1001') ?? {};
  expect(myOrganization.name).toBe(name);
  expect(myOrganization.quotaBalances).toContainEqual({ code: 'wa_balance', balance: '1500000' });
  expect(myOrganization.topupOrders.edges).toEqual([{ node: { number: completed.number, organization: { name } } }]);
});

test('support sees each organization’s own page in one query across both subgraphs', async () => {
  const support = await client({ sub: 'support-1', scope: 'topup:support' });
  const { organizations: rows } = await support.query(PAGE, { ids: ['1002', '1004', '1005'] });
  const codes = rows.map((row: { topupOptions: { code: string }[] }) => row.topupOptions.map(({ code }) => code));
  expect(rows[0]).toMatchObject({ id: '1002', name: 'CV Suara Nusantara', excessUsages: [] });
  expect(codes[0]).toEqual(['muv', 'agent_extra', 'voice_call_extra']);
  expect(rows[1].excessUsages).toContainEqual({ code: 'wa_balance', amount: { amount: '250000' } });
  expect(rows[2]).toMatchObject({
    topupEligibility: { newPageEnabled: false, reasons: ['BILLING_VERSION_UNSUPPORTED'] },
    topupOptions: [],
  });
});

test('our fields of an organization that the caller may not see are null, and the others are served', async () => {
  const admin = await client({ organization_id: '1004' });
  const { data, errors } = await admin.send(PAGE, { ids: ['1001', '1004'] });
  expect(errors).toBeUndefined();
  const [foreign, own] = data.organizations;
  expect(foreign).toEqual({
    id: '1001',
    name: 'PT Maju Jaya Sentosa',
    topupEligibility: null,
    topupOptions: null,
    excessUsages: null,
    quotaBalances: null,
    topupOrders: null,
  });
  expect(own.topupEligibility).toEqual({ newPageEnabled: true, orderingEnabled: true, reasons: [] });
});

test('without a token the gateway passes on UNAUTHENTICATED, and the other subgraph’s fields are served', async () => {
  const nobody = createTestClient(gateway.url, '');
  const { data, errors } = await nobody.send(PAGE, { ids: ['1001'] });
  expect(data.organizations).toEqual([expect.objectContaining({ id: '1001', topupOptions: null, topupOrders: null })]);
  expect(new Set(errors?.map(({ extensions }) => extensions['code']))).toEqual(new Set(['UNAUTHENTICATED']));
});

test('without the scope the gateway passes on FORBIDDEN', async () => {
  const viewer = await client({ scope: 'topup:read' });
  const input = { items: toItems('1001', { wa_balance: '1000000' }), idempotencyKey: randomUUID() };
  const { data, errors } = await viewer.send(CreateTopupOrderDocument, { input });
  expect(data.createTopupOrder).toBeNull();
  expect(errors).toEqual([expect.objectContaining({ path: ['createTopupOrder'] })]);
  expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
});

test('the gateway passes a business refusal on as a user error that names the right value', async () => {
  const admin = await client({ organization_id: '1001' });
  const input = { items: toItems('1001', { wa_balance: '999999' }), idempotencyKey: randomUUID() };
  const { createTopupOrder } = await admin.query(CreateTopupOrderDocument, { input });
  expect(createTopupOrder).toMatchObject({
    order: null,
    userErrors: [{ code: 'BELOW_MINIMUM', suggestedQuantity: '1000000', field: ['input', 'items', '0', 'quantity'] }],
  });
});

test('the token and the correlation id reach both subgraphs', async () => {
  const admin = await client({ organization_id: '1001' });
  const correlationId = randomUUID();
  await admin.send(PAGE, { ids: ['1001'] }, { 'x-correlation-id': correlationId });
  const neighbour = organizations.requests.find((headers) => headers['x-correlation-id'] === correlationId);
  expect(neighbour?.['authorization']).toBe(`Bearer ${admin.token}`);
  expect(app.logs).toContainEqual(
    expect.objectContaining({ event: 'request', correlationId, organizationId: '1001', status: 200 }),
  );
});

test("the page keeps the other subgraph's fields while ours is down", async () => {
  const alone = await startGateway({
    subgraphs: { organizations: organizations.url, 'self-topup': 'http://127.0.0.1:1/graphql' },
  });
  try {
    const admin = createTestClient(alone.url, await app.sandbox.auth.token());
    const { data, errors } = await admin.send(
      '{ myOrganization { name topupOptions { code } } topupOptions { code } }',
    );
    expect(data).toEqual({ myOrganization: { name: 'PT Maju Jaya Sentosa', topupOptions: null }, topupOptions: null });
    expect(errors).not.toBeUndefined();
  } finally {
    await alone.stop();
  }
});
