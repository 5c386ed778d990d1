import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { countSql, type SqlCounter } from '../../support/database/sql-counter.ts';
import { stillClock } from '../../support/tools/movable-clock.ts';

/** Every field of an organization's page. */
const PAGES = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization {
  id
  topupEligibility { reasons }
  topupOptions { code unitPrice { amount } balance { balance } excessUsage { amount { amount } } }
  excessUsages { code amount { amount } }
  quotaBalances { code balance }
  topupOrders(first: 10) { totalCount edges { node { id lines { code } } } }
} } }`;

/** The packages of organizations like 1004. */
const PACKAGES = ['pkg-agent', 'pkg-ai', 'pkg-ai-excess', 'pkg-muv', 'pkg-muv-excess'];

const time = stillClock();
let app: TestApp;
let sql: SqlCounter;
let support: TestClient;
let ids: string[];

beforeAll(async () => {
  app = await startApp({
    clock: time.clock,
    withoutBackground: true,
    sandbox: { clock: time.now },
    env: { UPSTREAM_TIMEOUT_MS: '30000' },
  });
  sql = countSql(app);
  support = await app.client({ scope: 'topup:support', expires_in: 10_000_000 });
  ids = Array.from({ length: 250 }, () => addOrganization(app.sandbox, '1004'));
  // The first request reads the catalogue.
  await costOf(1);
});
afterAll(() => app.close());

/** The calls and statements of one request for this many organizations. */
async function costOf(count: number) {
  const { hubCore, mekariBilling } = app.sandbox;
  hubCore.clearRequests();
  mekariBilling.clearRequests();
  const of = ids.slice(0, count).map((id) => ({ __typename: 'Organization', id }));
  const statements = await sql.during(async () => {
    const { _entities } = await support.query(PAGES, { of });
    const shown = new Set(_entities.map(({ id: _, ...page }: { id: string }) => JSON.stringify(page)));
    expect(_entities.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, count));
    expect([...shown]).toEqual([expect.stringMatching(/"muv_?.*"600".*"excessUsages":\[.*"90000"/)]);
  });
  return {
    organizationsPerCall: hubCore.requests().map(({ path }) => path.split(',').length),
    packages: mekariBilling
      .requests()
      .map(({ path }) => path.split('/').at(-1))
      .toSorted(),
    statements: statements.length,
  };
}

/** Balances, settled and claimed excess; pages of orders and their number. When cold, the catalogue and flags too. */
const WARM_STATEMENTS = 5;
const COLD_STATEMENTS = WARM_STATEMENTS + 2;

describe.each([
  { organizations: 1, perCall: [1] },
  { organizations: 10, perCall: [10] },
  { organizations: 100, perCall: [100] },
  { organizations: 250, perCall: [100, 100, 50] },
])('$organizations organizations in one request', ({ organizations, perCall }) => {
  test(`cost calls to hub-core for ${perCall.join(', ')} organizations when cold, one per package, and ${COLD_STATEMENTS} statements`, async () => {
    time.advance(7200);
    expect(await costOf(organizations)).toEqual({
      organizationsPerCall: perCall,
      packages: PACKAGES,
      statements: COLD_STATEMENTS,
    });
  });

  test(`cost no call and ${WARM_STATEMENTS} statements when warm`, async () => {
    expect(await costOf(organizations)).toEqual({
      organizationsPerCall: [],
      packages: [],
      statements: WARM_STATEMENTS,
    });
  });
});

test('cached organizations are not fetched again beside new ones', async () => {
  time.advance(7200);
  await costOf(40);
  const { organizationsPerCall, packages } = await costOf(100);
  expect(organizationsPerCall).toEqual([60]);
  expect(packages).toEqual([]);
});
