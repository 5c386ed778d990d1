import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isGrafbaseInstalled } from '../../../scripts/composition/grafbase.ts';
import { CreateTopupOrderDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder, toItems, untilStatus } from '../../support/app/purchase.ts';
import { createTestClient, type GraphqlAnswer, type TestClient } from '../../support/app/test-client.ts';
import { startApolloGateway } from '../../support/gateways/apollo-gateway.ts';
import type { Gateway, Subgraphs } from '../../support/gateways/gateway.ts';
import { startGrafbaseGateway } from '../../support/gateways/grafbase-gateway.ts';
import { startMercuriusGateway } from '../../support/gateways/mercurius-gateway.ts';
import { startStitchedGateway } from '../../support/gateways/stitched-gateway.ts';
import { startOrganizationsSubgraph } from '../../support/graphql/organizations-subgraph.ts';
import type { SubgraphStub } from '../../support/graphql/subgraph-stub.ts';

const SECRET = 'the-secret-that-every-gateway-sends';
const MUTATIONS = 5;

type Started = [name: string, start: (subgraphs: Subgraphs) => Promise<Gateway>];

/** Its version 5.2.0 cannot ask for entities beside graphql 16.15 (docs/gateways.md 9). */
const MERCURIUS = '@mercuriusjs/gateway';

/** Gateways beside Hive's (serve.test.ts), each as docs/gateways.md configures it. */
const GATEWAYS: Started[] = [
  ['@apollo/gateway', startApolloGateway],
  ['@graphql-tools/federation', startStitchedGateway],
  [MERCURIUS, startMercuriusGateway],
  ...(isGrafbaseInstalled ? [['Grafbase', startGrafbaseGateway] satisfies Started] : []),
];

let app: TestApp;
let organizations: SubgraphStub;

beforeAll(async () => {
  app = await startApp({ env: { GATEWAY_SECRET: SECRET, MUTATIONS_PER_MINUTE: String(MUTATIONS) } });
  organizations = await startOrganizationsSubgraph(app.sandbox.hubCore.organizations.all());
});

afterAll(async () => {
  await organizations?.stop();
  await app?.close();
});

describe.each(GATEWAYS)('%s', (name, start) => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await start({ organizations: organizations.url, 'self-topup': `${app.url}/graphql`, secret: SECRET });
  });
  afterAll(() => gateway?.stop());

  const client = async (claims: Parameters<TestApp['sandbox']['auth']['token']>[0]): Promise<TestClient> =>
    createTestClient(gateway.url, await app.sandbox.auth.token({ sub: `buyer at ${name}`, ...claims }));
  const firstError = ({ errors = [] }: GraphqlAnswer<undefined>) => errors[0]?.extensions;

  test('carries a purchase from the order to the credit', async () => {
    const buyer = await client({ organization_id: '1001' });
    const order = await confirmOrder(buyer, await createOrder(buyer, '1001', { wa_balance: '1000000' }));
    expect(order).toMatchObject({ status: 'PENDING_PAYMENT', paymentUrl: expect.any(String) });
    await app.sandbox.mekariPay.pay(order.number);
    const completed = await untilStatus(buyer, order.id, 'COMPLETED');
    expect(completed.paidInvoiceNumber).toMatch(/^PI\//);
  });

  const cannotJoin = () =>
    test('cannot join our fields to the organizations of another subgraph yet', async () => {
      const buyer = await client({ organization_id: '1001' });
      const { errors } = await buyer.send('{ myOrganization { name topupEligibility { newPageEnabled } } }');
      expect(errors).toMatchObject([{ message: 'value.includes is not a function' }]);
    });

  const joins = () =>
    test('joins our fields to the organizations of another subgraph at once', async () => {
      const support = await client({ sub: 'support-1', scope: 'topup:support' });
      const correlationId = randomUUID();
      const { data, errors } = await support.send(
        '{ organizations(ids: ["1002", "1004", "1005"]) { id name topupEligibility { newPageEnabled } quotaBalances { code } } }',
        {},
        { 'x-correlation-id': correlationId },
      );
      expect(errors).toBeUndefined();
      expect(data.organizations.map(({ id, topupEligibility }: never) => [id, topupEligibility])).toEqual([
        ['1002', { newPageEnabled: true }],
        ['1004', { newPageEnabled: true }],
        ['1005', { newPageEnabled: false }],
      ]);
      const asked = app.logs.filter((line) => line['event'] === 'request' && line['correlationId'] === correlationId);
      expect(asked).toEqual([expect.objectContaining({ operation: '_entities', status: 200 })]);
    });

  if (name === MERCURIUS) cannotJoin();
  else joins();

  test('passes UNAUTHENTICATED on, for a bad token and for none', async () => {
    for (const token of ['a.b.c', '']) {
      const answer = await createTestClient(gateway.url, token).send('{ topupOptions { code } }');
      expect(firstError(answer)).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  test('passes FORBIDDEN on: our own server enforces the scopes', async () => {
    const viewer = await client({ scope: 'topup:read' });
    const answer = await viewer.send('{ hiddenTopupOptions { code } }');
    expect(firstError(answer)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('passes a refused query on, with the limit and the correlation id', async () => {
    const buyer = await client({ organization_id: '1001' });
    // One root field, because some gateways send each in a request of its own.
    const lines = ['a', 'b', 'c', 'd'].map((name) => `${name}: lines { unitPrice { amount } amount { amount } }`);
    const page = `topupOrders(first: 100) { edges { node { ${lines.join(' ')} timeline { at } } } }`;
    const correlationId = randomUUID();
    const answer = await buyer.send(`{ ${page} }`, {}, { 'x-correlation-id': correlationId });
    expect(firstError(answer)).toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
      limitName: 'cost',
      limit: 6000,
      // The page, and 100 times an edge, an order, four times 5 lines of 3 objects, and 5 events.
      figure: 1 + 100 * (2 + 4 * 15 + 5),
      correlationId,
    });
  });

  test('passes RATE_LIMITED on, with the wait', async () => {
    const hasty = await client({ sub: `hasty at ${name}` });
    const cancel = () => hasty.send('mutation { cancelTopupOrder(input: { orderId: "1" }) { userErrors { code } } }');
    for (let sent = 0; sent < MUTATIONS; sent += 1) expect((await cancel()).errors).toBeUndefined();
    const extensions = firstError(await cancel());
    expect(extensions).toMatchObject({ code: 'RATE_LIMITED', limit: MUTATIONS });
    expect(extensions?.['retryAfterSeconds']).toBeGreaterThanOrEqual(1);
  });

  test('passes a user error on', async () => {
    const buyer = await client({ organization_id: '1001', sub: `hopeful at ${name}` });
    const input = { items: toItems('1001', { wa_balance: '999999' }), idempotencyKey: randomUUID() };
    const { createTopupOrder } = await buyer.query(CreateTopupOrderDocument, { input });
    expect(createTopupOrder?.userErrors).toMatchObject([{ code: 'BELOW_MINIMUM', suggestedQuantity: '1000000' }]);
  });
});
