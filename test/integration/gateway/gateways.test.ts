import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isGrafbaseInstalled } from '../../../scripts/composition/grafbase.ts';
import { CreateTaxedOrderDocument, CreateTopupOrderDocument, TaxedOrderDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { documentsOf, follow } from '../../support/app/documents.ts';
import { addMakers } from '../../support/app/makers.ts';
import { codes, tryApprove, tryConfirm, trySubmit } from '../../support/app/mutations.ts';
import { confirmOrder, createOrder, readOrder, toItems, until, untilStatus } from '../../support/app/purchase.ts';
import { eventsOf, next, subscribe } from '../../support/app/subscription.ts';
import { createTestClient, type GraphqlAnswer, type TestClient } from '../../support/app/test-client.ts';
import { startApolloGateway } from '../../support/gateways/apollo-gateway.ts';
import type { Gateway, Subgraphs } from '../../support/gateways/gateway.ts';
import { startGrafbaseGateway } from '../../support/gateways/grafbase-gateway.ts';
import { startMercuriusGateway } from '../../support/gateways/mercurius-gateway.ts';
import { startStitchedGateway } from '../../support/gateways/stitched-gateway.ts';
import { startGateway } from '../../support/graphql/gateway.ts';
import { startOrganizationsSubgraph } from '../../support/graphql/organizations-subgraph.ts';
import type { SubgraphStub } from '../../support/graphql/subgraph-stub.ts';
import { textOf } from '../../support/tools/pdf-text.ts';

const SECRET = 'the-secret-that-every-gateway-sends';
const MUTATIONS = 5;

/** The taxes on 500 visitors for Rp300.000. */
const TAXES = [
  { code: 'PPN', rate: '0.11', kind: 'VAT', included: false },
  { code: 'PPH_23', rate: '0.02', kind: 'WITHHOLDING' },
];

type Started = [name: string, start: (subgraphs: Subgraphs) => Promise<Gateway>];

/** Its version 5.2.0 cannot ask for entities beside graphql 16.15 (docs/gateways.md 9). */
const MERCURIUS = '@mercuriusjs/gateway';

/** They take an event stream from a subgraph (docs/gateways.md 11). */
const WITH_STREAMS = ['Hive Gateway', '@graphql-tools/federation', 'Grafbase'];

/** Each as docs/gateways.md configures it; Hive's has more tests in serve.test.ts and scopes.test.ts. */
const GATEWAYS: Started[] = [
  ['Hive Gateway', ({ secret, ...subgraphs }) => startGateway({ subgraphs, secret })],
  ['@apollo/gateway', startApolloGateway],
  ['@graphql-tools/federation', startStitchedGateway],
  [MERCURIUS, startMercuriusGateway],
  ...(isGrafbaseInstalled ? [['Grafbase', startGrafbaseGateway] satisfies Started] : []),
];

let app: TestApp;
let organizations: SubgraphStub;

beforeAll(async () => {
  app = await startApp({ env: { GATEWAY_SECRET: SECRET, MUTATIONS_PER_MINUTE: String(MUTATIONS) } });
  await app.changeCatalogue(`update topup_configurations set taxes = $1 where code = 'muv'`, [JSON.stringify(TAXES)]);
  organizations = await startOrganizationsSubgraph(app.sandbox.hubCore.organizations.all());
});

afterAll(async () => {
  await organizations?.stop();
  await app?.close();
});

const CHANGED = /* GraphQL */ `
  query ($id: ID!, $since: DateTime, $seconds: Int) {
    topupOrder(id: $id, changedSince: $since, waitSeconds: $seconds) { changedAt }
  }
`;
const STATEMENT =
  '{ topupOrganization { quotaLedger(first: 1) { edges { node { kind quantity balanceAfter order { number } } } } } }';

const PENDING = '{ topupOptions { code pendingOrder { number payable { amount } } } }';
const STREAM = 'subscription ($id: ID!) { topupOrderChanged(id: $id) { status } }';
const CANCEL = 'mutation ($input: CancelTopupOrderInput!) { cancelTopupOrder(input: $input) { userErrors { code } } }';
const SETTLED = 'query ($id: ID!) { topupOrder(id: $id) { settlementPreview { code cleared added balanceAfter } } }';
const PAID = 'query ($id: ID!) { topupOrder(id: $id) { receivedTotal { amount } outstanding { amount } } }';
const CONFIRM = /* GraphQL */ `
  mutation ($input: ConfirmOrderInput!) {
    confirmOrder(input: $input) {
      priceChange { lines { code label(language: EN) oldAmount { amount } newAmount { amount } } }
    }
  }
`;

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
    const { changedAt } = (await buyer.query(CHANGED, { id: order.id })).topupOrder;
    const waiting = buyer.query(CHANGED, { id: order.id, since: changedAt, seconds: 20 });
    await app.sandbox.mekariPay.pay(order.number);
    expect((await waiting).topupOrder.changedAt > changedAt).toBe(true);
    const completed = await untilStatus(buyer, order.id, 'COMPLETED');
    expect(completed.paidInvoiceNumber).toMatch(/^PI\//);
    const [document] = await documentsOf(buyer, order.id);
    expect(document?.kind).toBe('BOOKED_INVOICE');
    // The link leads past the gateway, which passes GraphQL alone.
    const { bytes } = await follow(app, document?.url ?? '');
    expect(await textOf(bytes)).toContain(completed.paidInvoiceNumber);
    const { topupOrganization } = await buyer.query(STATEMENT);
    const [{ node }] = topupOrganization.quotaLedger.edges;
    expect(node).toMatchObject({ kind: 'TOPUP', quantity: '1000000', order: { number: order.number } });
    const [settled] = (await buyer.query(SETTLED, { id: order.id })).topupOrder.settlementPreview;
    expect(settled).toEqual({ code: 'wa_balance', cleared: '0', added: '1000000', balanceAfter: node.balanceAfter });
  });

  test('carries taxes: the net that is left of a withholding settles the order, which is named as pending until then', async () => {
    const buyer = await client({ organization_id: '1001', sub: `withholder at ${name}` });
    const pendingOrder = async () =>
      (await buyer.query(PENDING)).topupOptions.find(({ code }: { code: string }) => code === 'muv').pendingOrder;
    const items = toItems('1001', { muv: '500' });
    const input = { items, idempotencyKey: randomUUID(), withholding: 'PPH_23' as const };
    const { createTopupOrder } = await buyer.query(CreateTaxedOrderDocument, { input });
    const { id = '' } = createTopupOrder?.order ?? {};
    expect(await pendingOrder()).toBeNull();
    const { number } = await confirmOrder(buyer, await readOrder(buyer, id));
    expect(await pendingOrder()).toEqual({ number, payable: { amount: '327000' } });
    expect((await buyer.query(TaxedOrderDocument, { id })).topupOrder).toMatchObject({
      withholding: 'PPH_23',
      taxTotal: { amount: '33000' },
      total: { amount: '333000' },
      withheldTotal: { amount: '6000' },
      payable: { amount: '327000' },
      lines: [{ taxBase: { amount: '300000' }, tax: { amount: '33000' }, withheld: { amount: '6000' } }],
    });
    // Mekari Pay was asked for the net, and is paid it.
    await app.sandbox.mekariPay.pay(number);
    await untilStatus(buyer, id, 'COMPLETED');
    const { topupOrder } = await buyer.query(PAID, { id });
    expect(topupOrder).toEqual({ receivedTotal: { amount: '327000' }, outstanding: { amount: '0' } });
    expect(await pendingOrder()).toBeNull();
  });

  test('carries the lines of a price change', async () => {
    const buyer = await client({ organization_id: '1001', sub: `buyer of seats at ${name}` });
    const { id: orderId, total } = await createOrder(buyer, '1001', { agent_extra: '2' });
    app.sandbox.mekariBilling.setPrice('pkg-agent', '130000');
    const input = { orderId, expectedTotal: total.amount, idempotencyKey: randomUUID() };
    const { priceChange } = (await buyer.query(CONFIRM, { input })).confirmOrder;
    app.sandbox.mekariBilling.setPrice('pkg-agent', '125000');
    expect(priceChange.lines).toEqual([
      { code: 'agent_extra', label: 'Users', oldAmount: { amount: '250000' }, newAmount: { amount: '260000' } },
    ]);
  });

  test('carries an order above its limit from the refusal to the approval by another person, and its confirm', async () => {
    const { id } = await addMakers(app);
    const buyer = await client({ organization_id: id, sub: 'siti' });
    const approver = await client({ organization_id: id, sub: 'budi', scope: 'topup:read topup:approve' });
    const order = await createOrder(buyer, id, { wa_balance: '2000000' });
    expect(codes(await tryConfirm(buyer, order))).toEqual(['APPROVAL_REQUIRED']);
    expect(codes(await trySubmit(buyer, order.id))).toEqual([]);
    expect(codes(await tryApprove(approver, order, 'Within the budget'))).toEqual([]);
    expect((await confirmOrder(buyer, order)).status).toBe('PENDING_PAYMENT');
  });

  const streams = () =>
    test('carries the changes of an order as a stream', async () => {
      const buyer = await client({ organization_id: '1001', sub: `follower at ${name}` });
      const { id } = await createOrder(buyer, '1001', { wa_balance: '1000000' });
      const stream = subscribe(gateway.url, buyer.token, STREAM, { id });
      const statuses = [(await next(stream)).data.topupOrderChanged.status];
      await buyer.query(CANCEL, { input: { orderId: id } });
      statuses.push((await next(stream)).data.topupOrderChanged.status);
      expect(statuses).toEqual(['DRAFT', 'CANCELLED']);
      await stream.return?.();
      // The gateway leaves us when its client leaves it.
      await until(
        async () => app.services.follow.size,
        (size) => size === 0,
      );
      const [refused] = await eventsOf(subscribe(gateway.url, '', STREAM, { id }));
      expect(refused?.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    });

  const cannotStream = () =>
    test('cannot carry a stream: its clients wait with topupOrder', async () => {
      const buyer = await client({ organization_id: '1001' });
      const stream = subscribe(gateway.url, buyer.token, STREAM, { id: randomUUID() });
      await expect(next(stream)).rejects.toThrow();
      expect(app.services.follow.size).toBe(0);
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
  if (WITH_STREAMS.includes(name)) streams();
  else cannotStream();

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
