import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { HiddenTopupOptionsDocument, TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const HOUR_SECONDS = 3600;
const time = movableClock();
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ clock: time.clock, sandbox: { clock: time.now } });
});

/** Every test starts with empty caches: the hour of the earlier prices has passed. */
afterEach(async () => {
  await app.sandbox.reset();
  time.advance(2 * HOUR_SECONDS);
});
afterAll(() => app.close());

const admin = () => app.client({ organization_id: '1001', expires_in: 1_000_000 });
const muvCalls = () => app.sandbox.mekariBilling.requestCount({ path: '/packages/pkg-muv' });

async function pricesOf(): Promise<Record<string, string>> {
  const { topupOptions } = await (await admin()).query(TopupOptionsDocument, {});
  return Object.fromEntries((topupOptions ?? []).map(({ code, unitPrice }) => [code, unitPrice.amount]));
}

const ENTITIES = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization {
  id topupEligibility { reasons } topupOptions { code unitPrice { amount } excessUsage { amount { amount } } }
  excessUsages { code amount { amount } } quotaBalances { code }
} } }`;

describe('the hour of a price', () => {
  test('saves every call within it, and ends for all at once', async () => {
    expect(await pricesOf()).toMatchObject({ muv: '600' });
    app.sandbox.mekariBilling.setPrice('pkg-muv', '650');
    time.advance(HOUR_SECONDS - 60);
    expect(await pricesOf()).toMatchObject({ muv: '600' });
    time.advance(61);
    expect(await pricesOf()).toMatchObject({ muv: '650' });
    expect(muvCalls()).toBe(2);
  });

  test('does not apply to a fixed price, which makes no call', async () => {
    expect(await pricesOf()).toMatchObject({ wa_balance: '1', voice_call_extra: '1' });
    expect(app.sandbox.mekariBilling.requestCount({ path: 'pkg-wa' })).toBe(0);
    expect(app.sandbox.mekariBilling.requestCount({ path: 'pkg-voice' })).toBe(0);
  });
});

describe('an unavailable price', () => {
  test.each([
    'status',
    'reset',
    'wrong-shape',
    'wrong-currency',
    'negative-price',
    'absurd-price',
    'fractional-price',
  ] as const)('under %s drops its row, keeps the others, and is logged with package and reason', async (kind) => {
    app.sandbox.mekariBilling.faults.set([{ kind, match: { path: 'pkg-muv' } }]);
    app.logs.length = 0;
    expect(await pricesOf()).toEqual({
      wa_balance: '1',
      agent_extra: '125000',
      voice_call_extra: '1',
      chatbot_ai_extra: '450000',
    });
    const support = await app.client({ scope: 'topup:support', expires_in: 1_000_000 });
    const { hiddenTopupOptions } = await support.query(HiddenTopupOptionsDocument, { organizationId: '1001' });
    expect(hiddenTopupOptions).toContainEqual({
      code: 'muv',
      reason: 'PRICE_UNAVAILABLE',
      detail: expect.stringContaining('mekari-billing'),
    });
    const logged = app.logs.find(({ event }) => event === 'package_unavailable');
    expect(logged).toMatchObject({ package: 'pkg-muv', reason: expect.stringMatching(/^mekari-billing /) });
  });

  test('is never replaced by the base_price of the row', async () => {
    await app.changeCatalogue(`update topup_configurations set base_price = 5 where code = 'muv'`);
    try {
      expect(await pricesOf()).toMatchObject({ muv: '600' });
      time.advance(2 * HOUR_SECONDS);
      app.sandbox.mekariBilling.faults.set([{ kind: 'status', match: { path: 'pkg-muv' } }]);
      expect(await pricesOf()).not.toHaveProperty('muv');
    } finally {
      await app.changeCatalogue(`update topup_configurations set base_price = null where code = 'muv'`);
    }
  });

  test('is remembered for five seconds, not for an hour', async () => {
    app.sandbox.mekariBilling.faults.set([{ kind: 'status', match: { path: 'pkg-muv' }, times: 1 }]);
    expect(await pricesOf()).not.toHaveProperty('muv');
    expect(await pricesOf()).not.toHaveProperty('muv');
    expect(app.sandbox.mekariBilling.requestCount({ path: '/packages/pkg-muv' })).toBe(1);
    time.advance(6);
    expect(await pricesOf()).toMatchObject({ muv: '600' });
  });

  test('of all of Mekari Billing leaves the options with a price of their own', async () => {
    await app.sandbox.mekariBilling.refuse();
    expect(await pricesOf()).toEqual({ wa_balance: '1', voice_call_extra: '1' });
  });
});

describe('calls to the neighbours', () => {
  test('fifty organizations in one request: one call to hub-core, one per package', async () => {
    const ids = Array.from({ length: 50 }, () => addOrganization(app.sandbox, '1004'));
    const support = await app.client({ scope: 'topup:support', expires_in: 1_000_000 });
    const { _entities } = await support.query(ENTITIES, { of: ids.map((id) => ({ __typename: 'Organization', id })) });
    expect(_entities).toHaveLength(50);
    expect(new Set(_entities.map((page: { topupOptions: unknown[] }) => page.topupOptions.length))).toEqual(
      new Set([4]),
    );
    expect(app.sandbox.hubCore.requestCount()).toBe(1);
    const asked = app.sandbox.mekariBilling.requests().map(({ path }) => path);
    expect(asked.toSorted()).toEqual([
      '/api/v4/packages/pkg-agent',
      '/api/v4/packages/pkg-ai',
      '/api/v4/packages/pkg-ai-excess',
      '/api/v4/packages/pkg-muv',
      '/api/v4/packages/pkg-muv-excess',
    ]);
  });

  test('ask for more than a hundred organizations a hundred at a time', async () => {
    const ids = Array.from({ length: 150 }, () => addOrganization(app.sandbox, '1001'));
    const support = await app.client({ scope: 'topup:support', expires_in: 1_000_000 });
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization { topupEligibility { reasons } } } }`;
    const { _entities } = await support.query(query, { of: ids.map((id) => ({ __typename: 'Organization', id })) });
    expect(_entities.filter((page: { topupEligibility: unknown }) => page.topupEligibility === null)).toEqual([]);
    expect(app.sandbox.hubCore.requestCount()).toBe(2);
  });

  test('fifty requests at once share one call per package and organization', async () => {
    const client = await admin();
    await Promise.all(Array.from({ length: 50 }, () => client.query(TopupOptionsDocument, {})));
    expect(muvCalls()).toBe(1);
    expect(app.sandbox.hubCore.requestCount()).toBe(1);
  });

  test('are not made by a warm request', async () => {
    await pricesOf();
    app.sandbox.mekariBilling.clearRequests();
    app.sandbox.hubCore.clearRequests();
    await pricesOf();
    expect(app.sandbox.mekariBilling.requestCount() + app.sandbox.hubCore.requestCount()).toBe(0);
  });
});
