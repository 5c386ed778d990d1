import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, refusals, tryConfirm, tryCreate } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { createOrder, type Items } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp();
  admin = await app.client({ organization_id: '1001' });
  await app.db.query(
    `insert into topup_configurations
       (id, code, label, option_value, quota_type, billing_version_for_pi, base_price, is_fixed_cost, position, active)
     values (gen_random_uuid(), 'capped', 'Capped', $1, 'lifetime', 'v3', 1000, true, 9, true)`,
    [{ input: 'QUANTITY', minimum: 10, maximum: 100, step: 5 }],
  );
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

async function buyer(like: string, changes = {}) {
  const organizationId = addOrganization(app.sandbox, like, changes);
  return { organizationId, client: await app.client({ organization_id: organizationId }) };
}

const at = (index: number, name: string) => ['input', 'items', String(index), name];

describe('quantities', () => {
  test.each<[code: string, items: Items, suggestedQuantity: string | null]>([
    ['BELOW_MINIMUM', { wa_balance: '999999' }, '1000000'],
    ['BELOW_MINIMUM', { agent_extra: '0' }, '1'],
    ['ABOVE_MAXIMUM', { capped: '101' }, '100'],
    ['NOT_A_MULTIPLE', { capped: '13' }, '15'],
    ['NOT_A_MULTIPLE', { capped: '12' }, '10'],
    ['NOT_A_CHOICE', { muv: '600' }, '500'],
    ['NOT_A_CHOICE', { muv: '999999' }, '10000'],
    ['INVALID_QUANTITY', { wa_balance: '9007199254740992' }, null],
    ['INVALID_QUANTITY', { agent_extra: '72057594038' }, null],
  ])('%s is answered to %o, with the nearest valid quantity %s', async (code, items, suggestedQuantity) => {
    const refused = await tryCreate(admin, '1001', items);
    expect(refused.order).toBeNull();
    expect(refusals(refused)).toEqual([{ code, field: at(0, 'quantity'), suggestedQuantity, retryable: false }]);
  });

  test("the MCC minimum of an organization replaces WhatsApp's own", async () => {
    const client = await app.client({ organization_id: '1004' });
    const refused = await tryCreate(client, '1004', { wa_balance: '2499999' });
    expect(refusals(refused)).toMatchObject([{ code: 'BELOW_MINIMUM', suggestedQuantity: '2500000' }]);
  });

  test('valid lines are refused together when their total cannot be charged', async () => {
    const refused = await tryCreate(admin, '1001', { wa_balance: '9007199254740991', voice_call_extra: '500000' });
    expect(refusals(refused)).toEqual([
      { code: 'INVALID_QUANTITY', field: ['input', 'items'], suggestedQuantity: null, retryable: false },
    ]);
  });

  test.each(['1.5', '-3', 'ten', '', '1e6'])(
    '%o is not a quantity: a top-level error, nothing stored',
    async (quantity) => {
      const variables = {
        input: { items: [{ optionId: '1001:agent_extra', quantity }], idempotencyKey: randomUUID() },
      };
      const { errors } = await admin.send(
        'mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { order { id } } }',
        variables,
      );
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    },
  );

  test('a total above 2^31 rupiah stays exact', async () => {
    const order = await createOrder(admin, '1001', { wa_balance: '9007199254740991' });
    expect(order.total.amount).toBe('9007199254740991');
  });
});

describe('orderable options', () => {
  test('an order without items is refused', async () => {
    expect(refusals(await tryCreate(admin, '1001', []))).toEqual([
      { code: 'EMPTY_ORDER', field: ['input', 'items'], suggestedQuantity: null, retryable: false },
    ]);
  });

  test.each([
    ["another organization's option", '1004:wa_balance'],
    ['an unknown quota', '1001:nothing'],
    ['a row that is not active', '1001:email_extra'],
    ['an invalid option id', 'x'],
  ])('%s is refused by name', async (_, optionId) => {
    const refused = await tryCreate(admin, '1001', [{ optionId, quantity: '1000000' }]);
    const field = at(0, 'optionId');
    expect(refusals(refused)).toEqual([
      { code: 'OPTION_UNAVAILABLE', field, suggestedQuantity: null, retryable: false },
    ]);
  });

  test('an option that lacks its component, or that a component hides, is not for sale', async () => {
    const voice = await app.client({ organization_id: '1002' });
    expect(codes(await tryCreate(voice, '1002', { wa_balance: '1000000' }))).toEqual(['OPTION_UNAVAILABLE']);
    const unlimited = await app.client({ organization_id: '1003' });
    expect(codes(await tryCreate(unlimited, '1003', { muv: '500' }))).toEqual(['OPTION_UNAVAILABLE']);
  });

  test('every wrong item is named, not only the first', async () => {
    const refused = await tryCreate(admin, '1001', {
      wa_balance: '1',
      agent_extra: '1',
      muv: '501',
      email_extra: '1000',
    });
    expect(refused.userErrors.map(({ code, field }) => [code, field])).toEqual([
      ['BELOW_MINIMUM', at(0, 'quantity')],
      ['NOT_A_CHOICE', at(2, 'quantity')],
      ['OPTION_UNAVAILABLE', at(3, 'optionId')],
    ]);
  });

  test('the same option twice, and a foreign one beside it, are both named', async () => {
    const item = { optionId: '1001:agent_extra', quantity: '1' };
    const refused = await tryCreate(admin, '1001', [item, item, { ...item, optionId: '1004:agent_extra' }]);
    expect(refused.userErrors.map(({ code, field }) => [code, field])).toEqual([
      ['DUPLICATE_OPTION', at(1, 'optionId')],
      ['OPTION_UNAVAILABLE', at(2, 'optionId')],
    ]);
  });
});

describe('gates', () => {
  test.each(['billing_new_topup', 'billing_new_topup_page'])('every order is refused while %s is off', async (flag) => {
    await app.setFlag(flag, false);
    try {
      const refused = await tryCreate(admin, '1001', { wa_balance: '1000000' });
      expect(refusals(refused)).toEqual([
        { code: 'FEATURE_DISABLED', field: null, suggestedQuantity: null, retryable: false },
      ]);
    } finally {
      await app.setFlag(flag, true);
    }
  });

  test("an option's own flag closes that option alone", async () => {
    await app.setFlag('billing_voice_call_topup', false);
    try {
      const refused = await tryCreate(admin, '1001', { wa_balance: '1000000', voice_call_extra: '500000' });
      expect(refused.userErrors.map(({ code, field }) => [code, field])).toEqual([
        ['OPTION_UNAVAILABLE', at(1, 'optionId')],
      ]);
    } finally {
      await app.setFlag('billing_voice_call_topup', true);
    }
  });

  test.each(['1005', '1007'])('organization %s, of V2 or not enrolled, cannot order', async (organizationId) => {
    const client = await app.client({ organization_id: organizationId });
    expect(codes(await tryCreate(client, organizationId, { agent_extra: '1' }))).toEqual(['FEATURE_DISABLED']);
  });
});

describe('failing neighbours', () => {
  test('an order without hub-core is refused, and the same call works once it is back', async () => {
    const key = randomUUID();
    await app.sandbox.hubCore.refuse();
    const refused = await tryCreate(admin, '1001', { wa_balance: '1000000' }, key);
    expect(refusals(refused)).toEqual([
      { code: 'ORGANIZATION_UNAVAILABLE', field: null, suggestedQuantity: null, retryable: true },
    ]);
    await app.sandbox.hubCore.accept();
    expect((await tryCreate(admin, '1001', { wa_balance: '1000000' }, key)).order?.status).toBe('DRAFT');
  });

  test('an organization that hub-core does not know cannot order', async () => {
    const client = await app.client({ organization_id: '9999' });
    expect(codes(await tryCreate(client, '9999', { agent_extra: '1' }))).toEqual(['ORGANIZATION_UNAVAILABLE']);
  });

  test('an option without its price from Mekari Billing cannot be ordered; one of fixed cost can', async () => {
    app.sandbox.mekariBilling.faults.set([{ kind: 'status', status: 503 }]);
    const refused = await tryCreate(admin, '1001', { wa_balance: '1000000', muv: '500' });
    expect(refusals(refused)).toEqual([
      { code: 'PRICE_UNAVAILABLE', field: at(1, 'optionId'), suggestedQuantity: null, retryable: true },
    ]);
    expect((await tryCreate(admin, '1001', { wa_balance: '1000000' })).order?.status).toBe('DRAFT');
  });

  test('a quota whose excess has no price cannot be ordered; another can', async () => {
    const { organizationId, client } = await buyer('1004');
    app.sandbox.mekariBilling.faults.set([{ kind: 'status', match: { path: 'pkg-muv-excess' } }]);
    const refused = await tryCreate(client, organizationId, { muv: '500' });
    expect(refusals(refused)).toEqual([
      { code: 'EXCESS_UNAVAILABLE', field: ['input', 'items', '0'], suggestedQuantity: null, retryable: true },
    ]);
    expect((await tryCreate(client, organizationId, { wa_balance: '2500000' })).order?.status).toBe('DRAFT');
  });
});

test('an order asks for a fresh price within the cached hour', async () => {
  await createOrder(admin, '1001', { agent_extra: '2' });
  app.sandbox.mekariBilling.setPrice('pkg-agent', '130000');
  expect((await createOrder(admin, '1001', { agent_extra: '2' })).total.amount).toBe('260000');
});

test('creating an order makes no call to Mekari Pay', async () => {
  const order = await createOrder(admin, '1001', { wa_balance: '1000000' });
  expect((await tryConfirm(admin, order)).order?.status).toBe('PENDING_PAYMENT');
  app.sandbox.mekariPay.clearRequests();
  await createOrder(admin, '1001', { wa_balance: '1000000' });
  expect(app.sandbox.mekariPay.requestCount()).toBe(0);
});
