import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { addPackages } from '../../support/app/price-fleet.ts';
import { until } from '../../support/app/purchase.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const PAGE = `{ topupOptions { code excessUsage { code } } excessUsages { code } }`;
const CODES = Array.from({ length: 40 }, (_, index) => `quota_${index}`);
/** The number of concurrent calls to one neighbour. */
const AT_ONCE = 16;

const time = movableClock();
let app: TestApp;

afterEach(() => app.close());

const start = async (timeoutMs: number) => {
  app = await startApp({
    clock: time.clock,
    withoutBackground: true,
    sandbox: { clock: time.now },
    env: { UPSTREAM_TIMEOUT_MS: String(timeoutMs) },
  });
};

async function pageOf(organizationId: string) {
  const client = await app.client({ organization_id: organizationId, expires_in: 10_000_000 });
  const { data, errors } = await client.send(PAGE);
  const codes = (rows: { code: string }[] | null) => rows?.map(({ code }) => code) ?? null;
  return { options: codes(data.topupOptions), owed: codes(data.excessUsages), errors };
}

const EVERYTHING = {
  options: ['wa_balance', 'muv', 'agent_extra', 'chatbot_ai_extra'],
  owed: ['wa_balance', 'muv', 'chatbot_ai_extra'],
  errors: undefined,
};
describe('forty packages and the prices of excess, all without an answer', () => {
  beforeEach(async () => {
    await start(1000);
    await addPackages(app, CODES);
  });

  test('cost the page the time of the first calls: calls that wait behind them are dropped', async () => {
    const { mekariBilling } = app.sandbox;
    mekariBilling.faults.set([{ kind: 'hang' }]);
    expect(await pageOf('1004')).toEqual({ options: ['wa_balance'], owed: ['wa_balance'], errors: undefined });
    const met = mekariBilling.requests();
    // A few calls may get the rest of the moment: a timer can fire a millisecond early.
    expect(met.length).toBeGreaterThanOrEqual(AT_ONCE);
    expect(met.length).toBeLessThan(2 * AT_ONCE);
    expect(new Set(met.map(({ path }) => path)).size).toBe(met.length);
    // Later pages do not ask either: a failed call is cached, and a dropped one costs a probe.
    for (let page = 0; page < 10; page++) expect((await pageOf('1004')).options).toEqual(['wa_balance']);
    const later = mekariBilling.requests().slice(met.length);
    expect(later.filter(({ path }) => met.some((earlier) => earlier.path === path))).toEqual([]);
    expect(later.length).toBeLessThan(10);
  });
});

describe('a slow hub-core and a silent Mekari Billing behind it', () => {
  beforeEach(() => start(4000));

  test('share the time of one call: the page is answered before its price calls time out', async () => {
    const { hubCore, mekariBilling } = app.sandbox;
    hubCore.faults.set([{ kind: 'latency', latencyMs: 3000 }]);
    mekariBilling.faults.set([{ kind: 'hang' }]);
    expect(await pageOf('1004')).toEqual({ options: ['wa_balance'], owed: ['wa_balance'], errors: undefined });
    // A call that timed out would have been logged.
    expect(mekariBilling.requestCount()).toBeGreaterThan(0);
    expect(app.logs.filter(({ event }) => event === 'package_unavailable')).toEqual([]);
  });
});

describe('a silent hub-core', () => {
  beforeEach(() => start(2000));

  const unknown = () => addOrganization(app.sandbox, '1004');
  const sixty = () => Array.from({ length: 60 }, unknown);

  /** Puts all organizations in one call: many good calls would hide for ten seconds that none is answered now. */
  async function describeAll(ids: readonly string[]): Promise<void> {
    const support = await app.client({ scope: 'topup:support', expires_in: 10_000_000 });
    const query = `query ($of: [_Any!]!) {
      _entities(representations: $of) { ... on Organization { topupEligibility { reasons } } } }`;
    await support.query(query, { of: ids.map((id) => ({ __typename: 'Organization', id })) });
  }

  /** Silences it from now on; consecutive pages, which share no batch, detect it. */
  async function silence(): Promise<void> {
    const { hubCore } = app.sandbox;
    hubCore.faults.set([{ kind: 'hang' }]);
    hubCore.clearRequests();
    app.logs.length = 0;
    const isFound = () =>
      app.logs.some(({ event, neighbour }) => event === 'neighbour_silent' && neighbour === 'hub-core');
    const pages: Promise<unknown>[] = [];
    while (pages.length < 12 && !isFound()) {
      pages.push(pageOf(unknown()));
      await until(
        async () => hubCore.requestCount() >= pages.length || isFound(),
        (isNext) => isNext,
      );
    }
    await Promise.all(pages);
    expect(isFound()).toBe(true);
    hubCore.clearRequests();
  }

  test('costs pages a probe each, and serves them again once it answers', async () => {
    const { hubCore } = app.sandbox;
    const ids = sixty();
    await silence();
    for (const id of ids) expect(await pageOf(id)).toMatchObject({ options: null, owed: null });
    // Without the breaker, calls would equal pages, and each page would take the time of a call.
    expect(hubCore.requestCount()).toBeLessThan(ids.length / 6);

    hubCore.faults.clear();
    const [id = ''] = ids;
    await until(
      () => pageOf(id),
      ({ options }) => options !== null,
    );
    expect(await Promise.all(ids.map(pageOf))).toEqual(ids.map(() => EVERYTHING));
  });

  test('leaves pages of known organizations complete, at the cost of a probe', async () => {
    const ids = sixty();
    await describeAll(ids);
    time.advance(60);
    await silence();
    for (const id of ids) expect(await pageOf(id)).toEqual(EVERYTHING);
    expect(app.sandbox.hubCore.requestCount()).toBeLessThan(ids.length / 6);
  });
});
