import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCreate } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { countSql, type SqlCounter } from '../../support/database/sql-counter.ts';

const EXCESS = [
  { key: 'wa_balance_excess', period: '2026-10', quantity: 100 },
  { key: 'muv_excess', period: '2026-10', quantity: 3 },
];
let app: TestApp;
let sql: SqlCounter;

beforeAll(async () => {
  const start = new Date();
  // Jobs, or copies of the catalogue and the flags that expire as the clock moves, would add statements to the counted ones.
  app = await startApp({ withoutBackground: true, clock: { now: () => start } });
  sql = countSql(app);
});
afterAll(() => app.close());

/** An organization that owes Rp100 of WhatsApp balance and 3 visitors at Rp750. */
async function owing() {
  const id = addOrganization(app.sandbox, '1001', { excess: EXCESS });
  return { id, client: await app.client({ organization_id: id }) };
}

const PAGE = `query ($id: ID) { topupOrganization(id: $id) {
  id
  viewerTopupPermissions { canRead canOrder canApprove canSupport }
  topupEligibility { orderingEnabled }
  excessSummary { total { amount } claimed { amount } isComplete }
  unavailableTopupOptions { code label reason retryable }
  topupOptions { code pendingOrder { number } }
  quotaBalances { id code label unit balance }
  topupOrders(first: 0) { totalCount edges { node { id } } pageInfo { hasNextPage endCursor } }
} }`;

const page = async (client: TestClient, id?: string) => (await client.query(PAGE, { id })).topupOrganization;

describe('topupOrganization', () => {
  test('has the whole page of the caller in one operation', async () => {
    const { id, client } = await owing();
    const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
    expect(await page(client)).toEqual({
      id,
      viewerTopupPermissions: { canRead: true, canOrder: true, canApprove: false, canSupport: false },
      topupEligibility: { orderingEnabled: true },
      // Rp100 are on the order; 3 visitors at Rp750 are not.
      excessSummary: { total: { amount: '2350' }, claimed: { amount: '100' }, isComplete: true },
      unavailableTopupOptions: [],
      topupOptions: [
        { code: 'wa_balance', pendingOrder: { number: order.number } },
        { code: 'muv', pendingOrder: null },
        { code: 'agent_extra', pendingOrder: null },
        { code: 'voice_call_extra', pendingOrder: null },
        { code: 'chatbot_ai_extra', pendingOrder: null },
      ],
      quotaBalances: [
        { id: `${id}:wa_balance`, code: 'wa_balance', label: 'WhatsApp balance', unit: 'RUPIAH', balance: '0' },
        { id: `${id}:muv`, code: 'muv', label: 'Monthly unique visitors', unit: 'UNIT', balance: '0' },
        { id: `${id}:agent_extra`, code: 'agent_extra', label: 'Users', unit: 'UNIT', balance: '0' },
        {
          id: `${id}:voice_call_extra`,
          code: 'voice_call_extra',
          label: 'Voice balance',
          unit: 'RUPIAH',
          balance: '0',
        },
        { id: `${id}:chatbot_ai_extra`, code: 'chatbot_ai_extra', label: 'AI dialogs', unit: 'UNIT', balance: '0' },
      ],
      topupOrders: { totalCount: 1, edges: [], pageInfo: { hasNextPage: true, endCursor: null } },
    });
  });

  test('is of any organization for support, which may not order, and of no foreign one for a buyer', async () => {
    const { id } = await owing();
    const support = await app.client({ organization_id: '1001', scope: 'topup:support' });
    expect(await page(support, id)).toMatchObject({
      id,
      viewerTopupPermissions: { canRead: true, canOrder: false, canApprove: false, canSupport: true },
    });
    const buyer = await app.client({ organization_id: '1004' });
    const { data, errors } = await buyer.send(PAGE, { id });
    expect(data.topupOrganization).toBeNull();
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['FORBIDDEN']);
  });

  test('a first page of no orders says that none follows where there is none', async () => {
    const { client } = await owing();
    expect((await page(client)).topupOrders).toEqual({
      totalCount: 0,
      edges: [],
      pageInfo: { hasNextPage: false, endCursor: null },
    });
  });
});

test('the token decides what its caller may do', async () => {
  const { id } = await owing();
  const permissions = async (scope: string) =>
    (await page(await app.client({ organization_id: id, scope }))).viewerTopupPermissions;
  expect(await permissions('topup:read')).toEqual({
    canRead: true,
    canOrder: false,
    canApprove: false,
    canSupport: false,
  });
  expect(await permissions('topup:read topup:approve')).toEqual({
    canRead: true,
    canOrder: false,
    canApprove: true,
    canSupport: false,
  });
});

test('an option without a price is named to buyers, and the sum of the excess is then incomplete', async () => {
  const { id, client } = await owing();
  app.sandbox.mekariBilling.packages.delete('pkg-muv');
  app.sandbox.mekariBilling.packages.delete('pkg-muv-excess');
  // This organization's page is the first to ask for these prices after the cache's hour.
  const cold = await startApp({ shared: { db: app.db, sandbox: app.sandbox } });
  try {
    const fresh = await cold.client({ organization_id: id });
    expect(await page(fresh)).toMatchObject({
      excessSummary: { total: { amount: '100' }, claimed: { amount: '0' }, isComplete: false },
      unavailableTopupOptions: [
        { code: 'muv', label: 'Monthly unique visitors', reason: 'PRICE_UNAVAILABLE', retryable: false },
      ],
    });
    const { userErrors } = await tryCreate(fresh, id, { muv: '500' });
    expect(userErrors).toMatchObject([{ code: 'PRICE_UNAVAILABLE', retryable: false }]);
  } finally {
    await cold.close();
    app.sandbox.mekariBilling.packages.set('pkg-muv', { price: '600', currency: 'IDR' });
    app.sandbox.mekariBilling.packages.set('pkg-muv-excess', { price: '750', currency: 'IDR' });
  }
  expect((await page(client)).unavailableTopupOptions).toEqual([]);
});

test('a gated page has no sum: nothing is known to be owed', async () => {
  const id = addOrganization(app.sandbox, '1001', { excess: EXCESS, billing_version: 'v2' });
  const gated = await page(await app.client({ organization_id: id }));
  expect(gated).toMatchObject({ excessSummary: null, unavailableTopupOptions: [], topupOptions: [] });
});

test('pages of ten organizations cost as many statements as one', async () => {
  const ids = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const { id, client } = await owing();
      await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
      return id;
    }),
  );
  const support = await app.client({ organization_id: '1001', scope: 'topup:support' });
  const PAGES = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization {
    viewerTopupPermissions { canRead } excessSummary { claimed { amount } } unavailableTopupOptions { code }
    topupOptions { code pendingOrder { number } } quotaBalances { id label(language: EN) unit }
    topupOrders(first: 10) { edges { node { changedAt createdBy { subject } confirmedBy { subject } timeline { kind } } } }
  } } }`;
  const costOf = (of: string[]) =>
    sql.during(async () => {
      const { _entities } = await support.query(PAGES, { of: of.map((id) => ({ __typename: 'Organization', id })) });
      const claimed = _entities.map((page: { excessSummary: { claimed: { amount: string } } }) => page.excessSummary);
      expect(claimed).toEqual(of.map(() => ({ claimed: { amount: '100' } })));
    });
  // Reads the catalogue and the flags.
  await costOf(ids.slice(0, 1));
  // Balances, settled and claimed excess, pending orders, pages of orders, steps.
  expect(await costOf(ids.slice(0, 1))).toHaveLength(6);
  expect(await costOf(ids)).toHaveLength(6);
});
