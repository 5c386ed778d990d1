import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeSupergraph, organizationsSource, topupSource } from '../../../scripts/schema-files.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';
import { type Gateway, startGateway } from '../../support/graphql/gateway.ts';
import { startOrganizationsSubgraph } from '../../support/graphql/organizations-subgraph.ts';
import { type SubgraphStub, startSubgraphStub } from '../../support/graphql/subgraph-stub.ts';

/** A subgraph of another team that references our entities only, as a conversation may mention an order. */
const MENTIONS = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])

  type TopupOrder @key(fields: "id", resolvable: false) {
    id: ID!
  }
  type TopupOption @key(fields: "id", resolvable: false) {
    id: ID!
  }
  type Query {
    mentionedOrders(ids: [ID!]!): [TopupOrder]
    mentionedOptions(ids: [ID!]!): [TopupOption]
  }
`;

let app: TestApp;
let stubs: SubgraphStub[];
let gateway: Gateway;
let order: OrderFragment;

beforeAll(async () => {
  app = await startApp();
  order = await createOrder(await app.client({ organization_id: '1004' }), '1004', { wa_balance: '2500000' });
  const mentioned = (_root: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id }));
  stubs = await Promise.all([
    startOrganizationsSubgraph(app.sandbox.hubCore.organizations.all()),
    startSubgraphStub(MENTIONS, { Query: { mentionedOrders: mentioned, mentionedOptions: mentioned } }),
  ]);
  const mentions = { name: 'mentions', url: 'http://mentions.internal/graphql', sdl: MENTIONS };
  gateway = await startGateway({
    supergraph: composeSupergraph([organizationsSource(), topupSource(), mentions]),
    subgraphs: {
      organizations: stubs[0]?.url ?? '',
      mentions: stubs[1]?.url ?? '',
      'self-topup': `${app.url}/graphql`,
    },
  });
});

afterAll(async () => {
  await gateway?.stop();
  for (const stub of stubs ?? []) await stub.stop();
  await app?.close();
});

async function client(organizationId: string): Promise<TestClient> {
  return createTestClient(gateway.url, await app.sandbox.auth.token({ organization_id: organizationId }));
}

const ORDERS = /* GraphQL */ `
  query ($ids: [ID!]!) {
    mentionedOrders(ids: $ids) {
      number
      status
      total { amount }
      lines { code kind amount { amount } }
      timeline { to }
      organization { name excessUsages { code } }
    }
  }
`;

test('an order that another subgraph references resolves with its lines, timeline and organization', async () => {
  const { mentionedOrders } = await (await client('1004')).query(ORDERS, { ids: [order.id] });
  expect(mentionedOrders).toEqual([
    {
      number: order.number,
      status: 'DRAFT',
      total: { amount: '2750000' },
      lines: [
        { code: 'wa_balance', kind: 'EXCESS', amount: { amount: '250000' } },
        { code: 'wa_balance', kind: 'TOPUP', amount: { amount: '2500000' } },
      ],
      timeline: [{ to: 'DRAFT' }],
      organization: {
        name: 'PT Bank Perkreditan Bahari',
        excessUsages: [{ code: 'wa_balance' }, { code: 'muv' }, { code: 'chatbot_ai_extra' }],
      },
    },
  ]);
});

test('an option that another subgraph references resolves with price, balance and excess', async () => {
  const { mentionedOptions } = await (await client('1004')).query(
    `query ($ids: [ID!]!) {
      mentionedOptions(ids: $ids) { code minimum unitPrice { amount } balance { balance } excessUsage { amount { amount } } }
    }`,
    { ids: ['1004:wa_balance'] },
  );
  expect(mentionedOptions).toEqual([
    {
      code: 'wa_balance',
      minimum: '2500000',
      unitPrice: { amount: '1' },
      balance: { balance: '0' },
      excessUsage: { amount: { amount: '250000' } },
    },
  ]);
});

test('a reference that is forbidden or unknown is null, and the others are served', async () => {
  const foreign = await (await client('1001')).send(
    `query ($orders: [ID!]!, $options: [ID!]!) {
      mentionedOrders(ids: $orders) { number }
      mentionedOptions(ids: $options) { code }
    }`,
    { orders: [order.id, '00000000-0000-4000-8000-000000000000'], options: ['1004:muv', '1001:muv', 'nonsense'] },
  );
  expect(foreign.errors).toBeUndefined();
  expect(foreign.data).toEqual({ mentionedOrders: [null, null], mentionedOptions: [null, { code: 'muv' }, null] });
});
