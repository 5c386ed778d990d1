import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TokenOptions } from '../../../sandbox/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';

const OPTIONS = '/iag/v1/topup-configurations';
const EXCESS = '/iag/v1/topup-configurations/excess-quota';
let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

async function get(path: string, claims: TokenOptions | undefined) {
  const headers: Record<string, string> =
    claims === undefined ? {} : { authorization: `Bearer ${await app.sandbox.auth.token(claims)}` };
  const response = await fetch(app.url + path, { headers });
  return { status: response.status, body: await response.json() };
}

describe('topup-configurations', () => {
  test('has the rows of the page in the shape of the previous service', async () => {
    const { status, body } = await get(OPTIONS, { organization_id: '1004' });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['data']);
    expect(body.data.map(({ name }: { name: string }) => name)).toEqual([
      'wa_balance',
      'muv',
      'agent_extra',
      'chatbot_ai_extra',
    ]);
    expect(body.data[1]).toEqual({
      id: '1004:muv',
      name: 'muv',
      label: 'Monthly unique visitors',
      description: 'Rp600 per visitor.',
      package_id: 'pkg-muv',
      package_code: 'MUV',
      quota_type: 'monthly',
      option_value: { input: 'CHOICE', choices: [500, 1000, 2500, 5000, 10000] },
      base_price: '600',
      is_fixed_cost: false,
      multiplier: 1,
    });
  });

  test("has the organization's own minimum", async () => {
    const { body } = await get(OPTIONS, { organization_id: '1004' });
    expect(body.data[0]).toMatchObject({
      option_value: { input: 'AMOUNT', minimum: 2_500_000, step: 1 },
      base_price: '1',
      is_fixed_cost: true,
    });
  });

  test.each(['1005', '1007'])('is empty for organization %s, whose page is gated', async (organization_id) => {
    expect(await get(OPTIONS, { organization_id })).toEqual({ status: 200, body: { data: [] } });
  });
});

describe('excess-quota', () => {
  test('has the outstanding excess, money as strings of digits', async () => {
    const { status, body } = await get(EXCESS, { organization_id: '1004' });
    const period = app.sandbox.hubCore.organizations.get('1004')?.excess?.[0]?.period;
    expect(status).toBe(200);
    expect(body).toEqual({
      data: [
        {
          name: 'wa_balance',
          label: 'WhatsApp balance',
          period,
          quantity: '250000',
          unit_price: '1',
          amount: '250000',
        },
        { name: 'muv', label: 'Monthly unique visitors', period, quantity: '120', unit_price: '750', amount: '90000' },
        { name: 'chatbot_ai_extra', label: 'AI dialogs', period, quantity: '40', unit_price: '500', amount: '20000' },
      ],
    });
  });

  test('is empty without excess', async () => {
    expect(await get(EXCESS, { organization_id: '1001' })).toEqual({ status: 200, body: { data: [] } });
  });
});

describe.each([OPTIONS, EXCESS])('%s', (path) => {
  test.each<[string, string, TokenOptions | undefined, number]>([
    ['no token', '', undefined, 401],
    ['a token that has run out', '', { expires_in: -60 }, 401],
    ['a token of another issuer', '', { issuer: 'https://elsewhere.test' }, 401],
    ['a token without a scope of ours', '', { scope: 'chat:read' }, 403],
    ['another organization', '?organization_id=1002', { organization_id: '1001' }, 403],
    ['an unknown organization', '?organization_id=9999', { organization_id: '1001' }, 403],
    ['the writer of it', '', { scope: 'topup:write' }, 200],
    ['its own organization by name', '?organization_id=1001', { organization_id: '1001' }, 200],
    ['support', '?organization_id=1004', { organization_id: '1001', scope: 'topup:support' }, 200],
  ])('answers %s (%s)', async (_who, query, claims, status) => {
    expect((await get(path + query, claims)).status).toBe(status);
  });

  test('requires an organization from a support token without one', async () => {
    const claims = { scope: 'topup:support', claims: { organization_id: null } };
    expect((await get(path, claims)).status).toBe(400);
    expect((await get(`${path}?organization_id=1004`, claims)).body.data.length).toBeGreaterThan(0);
  });

  test('refuses to guess when the organization appears twice', async () => {
    const { body } = await get(`${path}?organization_id=1002&organization_id=1004`, { organization_id: '1001' });
    expect(JSON.stringify(body)).not.toMatch(/100[24]/);
  });

  test('says 503 and no more while hub-core is down', async () => {
    app.sandbox.hubCore.faults.set([{ kind: 'status' }]);
    try {
      const { status, body } = await get(path, { organization_id: '1006' });
      expect(status).toBe(503);
      expect(Object.keys(body).toSorted()).toEqual(['correlationId', 'error']);
      expect(body.error).not.toMatch(/hub-core|500/);
    } finally {
      app.sandbox.hubCore.faults.clear();
    }
  });
});
