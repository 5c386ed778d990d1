import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TopupOptionsDocument, TopupOrdersDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { createOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { countSql, type SqlCounter } from '../../support/database/sql-counter.ts';

/** Every field of an organization's page. */
const PAGES = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization {
  id
  topupEligibility { reasons }
  topupOptions { code balance { balance } excessUsage { amount { amount } } }
  excessUsages { code }
  quotaBalances { code balance }
  topupOrders(first: 10) { totalCount edges { node { id lines { code } timeline { to } settlementPreview { balanceAfter } } } }
} } }`;

let app: TestApp;
let sql: SqlCounter;
let support: TestClient;

beforeAll(async () => {
  const start = new Date();
  // The clock stands still: the copies of flags and catalogue from the first request do not expire between two compared
  // requests.
  app = await startApp({ withoutBackground: true, clock: { now: () => start } });
  sql = countSql(app);
  support = await app.client({ scope: 'topup:support' });
  await pagesOf(['1001']);
});
afterAll(() => app.close());

/** Creates organizations for one test, each with this many draft orders. */
async function organizations(count: number, orders = 0): Promise<string[]> {
  const ids = Array.from({ length: count }, () => addOrganization(app.sandbox, '1004'));
  for (const id of ids) {
    const client = await app.client({ organization_id: id });
    for (let order = 0; order < orders; order++) await createOrder(client, id, { agent_extra: '1', muv: '500' });
  }
  return ids;
}

const pagesOf = (ids: string[]) =>
  sql.during(() => support.query(PAGES, { of: ids.map((id) => ({ __typename: 'Organization', id })) }));

describe('the number of SQL statements does not grow', () => {
  test('with the number of organizations in one request', async () => {
    const one = await pagesOf(await organizations(1, 2));
    const many = await pagesOf(await organizations(50));
    const some = await pagesOf(await organizations(10, 2));
    expect(one.length).toBeGreaterThan(4);
    expect(some.length).toBe(one.length);
    expect(many.length).toBeLessThanOrEqual(one.length);
  });

  test('with the number of orders on a page', async () => {
    const [few = '', many = ''] = [...(await organizations(1, 2)), ...(await organizations(1, 30))];
    const pageOf = async (organizationId: string) => {
      const client = await app.client({ organization_id: organizationId });
      return sql.during(async () => {
        const { topupOrders } = await client.query(TopupOrdersDocument, { first: 100 });
        expect(topupOrders?.edges).toHaveLength(organizationId === few ? 2 : 30);
      });
    };
    const statements = await pageOf(few);
    expect(statements.length).toBeGreaterThan(2);
    expect((await pageOf(many)).length).toBe(statements.length);
  });

  test('with the number of options, whether the neighbours are called or not', async () => {
    const [id = ''] = await organizations(1);
    const client = await app.client({ organization_id: id });
    const cold = await sql.during(() => client.query(TopupOptionsDocument, {}));
    const warm = await sql.during(() => client.query(TopupOptionsDocument, {}));
    // Balances, settled excess, claimed excess.
    expect(cold).toHaveLength(3);
    expect(warm).toHaveLength(3);
  });

  test('with the number of fields that ask for the same data', async () => {
    const [id = ''] = await organizations(1);
    const client = await app.client({ organization_id: id });
    const aliases = Array.from({ length: 5 }, (_, index) => `a${index}: topupOptions { code balance { balance } }`);
    const once = await sql.during(() => client.query(`{ topupOptions { code balance { balance } } }`));
    expect(await sql.during(() => client.query(`{ ${aliases.join(' ')} }`))).toHaveLength(once.length);
  });
});

test("the counter sees the server's statements", async () => {
  const statements = await sql.during(() => app.database.query('select 1 as seen'));
  expect(statements).toEqual(['select 1 as seen']);
});
