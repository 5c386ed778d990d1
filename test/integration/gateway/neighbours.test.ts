import { afterAll, beforeAll, expect, test } from 'vitest';
import { subgraphOf } from '../../../scripts/composition/neighbours.ts';
import { composeSupergraph, organizationsSource, topupSource } from '../../../scripts/schema-files.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';
import { type Gateway, startGateway } from '../../support/graphql/gateway.ts';
import { startOrganizationsSubgraph } from '../../support/graphql/organizations-subgraph.ts';
import { type SubgraphStub, startSubgraphStub } from '../../support/graphql/subgraph-stub.ts';

/** The neighbours of schema/neighbours that join our entities, as servers. */
const JOINING = ['users-requires', 'auditable-owner', 'interfaceobject', 'legacy-reports'];

let app: TestApp;
let stubs: Record<string, SubgraphStub> = {};
let gateway: Gateway;
let order: OrderFragment;
let client: TestClient;

interface Reference {
  id: string;
}
interface JoinedOrder extends Reference {
  number: string;
  status: string;
  total: { amount: string; currencyCode: string };
}

beforeAll(async () => {
  app = await startApp();
  order = await createOrder(await app.client({ organization_id: '1004' }), '1004', { wa_balance: '2500000' });
  const sdl = (name: string) => subgraphOf(name).sdl;
  stubs = {
    organizations: await startOrganizationsSubgraph(app.sandbox.hubCore.organizations.all()),
    'users-requires': await startSubgraphStub(sdl('users-requires'), {
      Query: { mentioned: (_root: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })) },
      TopupOrder: {
        buyer: () => ({ id: 'u-1', name: 'Sari' }),
        approvalNote: ({ number, status, total }: JoinedOrder) =>
          `${number} ${status} ${total.amount} ${total.currencyCode}`,
      },
    }),
    'auditable-owner': await startSubgraphStub(sdl('auditable-owner'), {
      Query: { auditables: () => [{ __typename: 'TopupOrder', id: order.id }] },
    }),
    interfaceobject: await startSubgraphStub(sdl('interfaceobject'), {
      Auditable: { auditTrail: ({ id }: Reference) => [`opened ${id}`] },
    }),
    'legacy-reports': await startSubgraphStub(sdl('legacy-reports'), {
      Query: { reports: () => [] },
      TopupOrder: { report: ({ id }: Reference) => `report of ${id}` },
      Organization: { reportCount: () => 3 },
    }),
  };
  gateway = await startGateway({
    supergraph: composeSupergraph([organizationsSource(), topupSource(), ...JOINING.map(subgraphOf)]),
    subgraphs: {
      ...Object.fromEntries(Object.entries(stubs).map(([name, { url }]) => [name, url])),
      'self-topup': `${app.url}/graphql`,
    },
  });
  client = createTestClient(gateway.url, await app.sandbox.auth.token({ organization_id: '1004' }));
});

afterAll(async () => {
  await gateway?.stop();
  for (const stub of Object.values(stubs)) await stub.stop();
  await app?.close();
});

test('another subgraph gets the fields of an order that it requires, and adds its own', async () => {
  const { mentioned } = await client.query(
    'query ($ids: [ID!]!) { mentioned(ids: $ids) { buyer { name } approvalNote lines { code kind } } }',
    { ids: [order.id] },
  );
  expect(mentioned).toEqual([
    {
      buyer: { name: 'Sari' },
      approvalNote: `${order.number} DRAFT 2750000 IDR`,
      lines: [
        { code: 'wa_balance', kind: 'EXCESS' },
        { code: 'wa_balance', kind: 'TOPUP' },
      ],
    },
  ]);
});

test('an order that another subgraph knows as an interface has the fields of @interfaceObject, and ours', async () => {
  const { auditables } = await client.query('{ auditables { id auditTrail ... on TopupOrder { number } } }');
  expect(auditables).toEqual([{ id: order.id, auditTrail: [`opened ${order.id}`], number: order.number }]);
});

test('a subgraph of federation 1 extends our order and its organization', async () => {
  const { topupOrder } = await client.query(
    'query ($id: ID!) { topupOrder(id: $id) { number report organization { name reportCount } } }',
    { id: order.id },
  );
  expect(topupOrder).toEqual({
    number: order.number,
    report: `report of ${order.id}`,
    organization: { name: 'PT Bank Perkreditan Bahari', reportCount: 3 },
  });
});
