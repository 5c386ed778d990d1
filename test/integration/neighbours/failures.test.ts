import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { refusals, tryConfirm, tryCreate } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { createOrder, until } from '../../support/app/purchase.ts';
import { mend, NEIGHBOUR_FAULTS, PRICE_FAULTS } from '../../support/neighbours/neighbour-faults.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const HOUR_SECONDS = 3600;
/** Less than the minute of the log's deduplication, and more than a test may take. */
const FAILURE_SECONDS = 45;

const time = movableClock();
let app: TestApp;

beforeAll(async () => {
  app = await startApp({
    clock: time.clock,
    withoutBackground: true,
    sandbox: { clock: time.now },
    env: { UPSTREAM_TIMEOUT_MS: '2000', PRICE_FAILURE_TTL_SECONDS: String(FAILURE_SECONDS) },
  });
});
/** Every test starts cold, with neighbours that answer. */
afterEach(async () => {
  await app.sandbox.reset();
  time.advance(2 * HOUR_SECONDS);
  // A call that is still in flight may fail later, and its failure is cached.
  await until(() => {
    time.advance(FAILURE_SECONDS);
    return pageOf('1004');
  }, isWhole);
  time.advance(2 * HOUR_SECONDS);
});
afterAll(() => app.close());

const clientOf = (organizationId: string) => app.client({ organization_id: organizationId, expires_in: 10_000_000 });

const PAGE = `{ topupOptions { code asOf } excessUsages { code asOf } topupOrders { totalCount } }`;

async function pageOf(organizationId: string) {
  const { data, errors, status, correlationId } = await (await clientOf(organizationId)).send(PAGE);
  const codes = (rows: { code: string }[] | null) => rows?.map(({ code }) => code) ?? null;
  const asOf = [...(data.topupOptions ?? []), ...(data.excessUsages ?? [])].map((row: { asOf: string }) => row.asOf);
  return {
    options: codes(data.topupOptions),
    owed: codes(data.excessUsages),
    orders: data.topupOrders?.totalCount,
    asOf: [...new Set(asOf)],
    errors,
    status,
    correlationId,
  };
}
type Page = Awaited<ReturnType<typeof pageOf>>;

const OPTIONS = ['wa_balance', 'muv', 'agent_extra', 'chatbot_ai_extra'];
const OWED = ['wa_balance', 'muv', 'chatbot_ai_extra'];
const isWhole = ({ options, owed }: Page) => options?.length === OPTIONS.length && owed?.length === OWED.length;

describe.each(Object.entries({ ...NEIGHBOUR_FAULTS, ...PRICE_FAULTS }))('Mekari Billing %s', (name, fail) => {
  /** Options with a fixed price, or in rupiah. */
  const isFree = (code: string) => code === 'wa_balance';
  const isThere = (code: string) => (name === 'refuses connections' ? isFree(code) : code !== 'muv');
  const without = { options: OPTIONS.filter(isThere), owed: OWED.filter(isThere) };
  const logged = () => app.logs.filter(({ event, package: id }) => event === 'package_unavailable' && id === 'pkg-muv');

  test('drops the rows that need it and keeps the others, is logged once, and is forgotten in time', async () => {
    const billing = app.sandbox.mekariBilling;
    app.logs.length = 0;
    billing.clearRequests();
    await fail(billing, { path: 'pkg-muv' });
    const pages = await Promise.all(Array.from({ length: 50 }, () => pageOf('1004')));
    for (const page of pages) expect(page).toMatchObject({ ...without, orders: 0, status: 200, errors: undefined });
    expect(logged()).toEqual([expect.objectContaining({ reason: expect.stringMatching(/^mekari-billing /) })]);

    // Fails once more, without a second log line.
    time.advance(FAILURE_SECONDS);
    expect(await pageOf('1004')).toMatchObject(without);
    expect(logged()).toHaveLength(1);
    // No call went to another path.
    expect(billing.requests().filter(({ path }) => !path.startsWith('/api/v4/packages/pkg-'))).toEqual([]);
  });

  test('is remembered for its seconds, and no longer', async () => {
    const billing = app.sandbox.mekariBilling;
    await fail(billing, { path: 'pkg-muv' });
    const failedAt = time.now().getTime();
    expect(await pageOf('1004')).toMatchObject(without);
    await mend(billing);
    billing.clearRequests();
    time.advance(FAILURE_SECONDS / 2);
    expect(await pageOf('1004')).toMatchObject(without);
    expect(billing.requestCount()).toBe(0);
    // Uses the server's clock, which continues while the test waits.
    time.advance(FAILURE_SECONDS / 2);
    expect(time.now().getTime() - failedAt).toBeGreaterThanOrEqual(FAILURE_SECONDS * 1000);
    await until(() => pageOf('1004'), isWhole);
  });
});

describe.each(Object.entries(NEIGHBOUR_FAULTS))('hub-core %s', (_, fail) => {
  const UNAVAILABLE = { code: 'ORGANIZATION_UNAVAILABLE', field: null, suggestedQuantity: null, retryable: true };
  const SOMETHING = 'Something went wrong on our side. Name the correlationId when you report it.';

  function expectNulls(page: Page, orders: number): void {
    expect(page).toMatchObject({ options: null, owed: null, orders, status: 200 });
    const { correlationId } = page;
    expect(page.errors?.map(({ message, extensions }) => ({ message, extensions }))).toEqual(
      Array(2).fill({ message: SOMETHING, extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId } }),
    );
  }

  test('makes the page of an unknown organization null and keeps our own data', async () => {
    const { hubCore } = app.sandbox;
    const id = addOrganization(app.sandbox, '1004');
    await fail(hubCore);
    expectNulls(await pageOf(id), 0);
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization {
      topupEligibility { reasons } quotaBalances { code } topupOrders { totalCount } } } }`;
    const { status, data } = await (await clientOf(id)).send(query, { of: [{ __typename: 'Organization', id }] });
    expect(status).toBe(200);
    expect(data._entities).toEqual([
      { topupEligibility: null, quotaBalances: expect.any(Array), topupOrders: { totalCount: 0 } },
    ]);
    expect(data._entities[0].quotaBalances).toHaveLength(5);
    expect(hubCore.requests().filter(({ path }) => !path.startsWith('/api/v1/organizations?ids='))).toEqual([]);
  });

  test('keeps the page of a known organization for ten minutes with its old time; nothing can be ordered', async () => {
    const { hubCore } = app.sandbox;
    const id = addOrganization(app.sandbox, '1004');
    const client = await clientOf(id);
    const draft = await createOrder(client, id, { agent_extra: '1' });
    time.advance(HOUR_SECONDS / 4);
    const before = await pageOf(id);
    expect(isWhole(before)).toBe(true);
    expect(before.asOf).toHaveLength(1);
    const describedAt = Date.parse(before.asOf[0] ?? '');
    const rows = { options: OPTIONS, owed: OWED, asOf: before.asOf, orders: 1, errors: undefined };

    await fail(hubCore);
    time.advance(60);
    const [page, created, confirmed] = await Promise.all([
      pageOf(id),
      tryCreate(client, id, { agent_extra: '1' }),
      tryConfirm(client, draft),
    ]);
    expect(page).toMatchObject(rows);
    expect(refusals(created)).toEqual([UNAVAILABLE]);
    expect(refusals(confirmed)).toEqual([UNAVAILABLE]);
    // Half a minute before the end, as a margin for a busy machine.
    time.advance((describedAt + 570_000 - time.now().getTime()) / 1000);
    expect(await pageOf(id)).toMatchObject(rows);
    time.advance((describedAt + 600_000 - time.now().getTime()) / 1000);
    expectNulls(await pageOf(id), 1);
  });
});
