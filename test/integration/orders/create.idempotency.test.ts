import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, refusals, tryCancel, tryCreate } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, toItems } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

async function buyer() {
  const organizationId = addOrganization(app.sandbox, '1001');
  return { organizationId, client: await app.client({ organization_id: organizationId }) };
}

async function orderCount(organizationId: string): Promise<number> {
  const [row] = await app.db.query<{ count: string }>(`select count(*) from topup_orders where organization_id = $1`, [
    organizationId,
  ]);
  return Number(row?.count);
}

test('the same key with the same content answers the first order, even after prices changed', async () => {
  const { organizationId, client } = await buyer();
  const key = randomUUID();
  const first = await tryCreate(client, organizationId, { agent_extra: '2' }, key);
  app.sandbox.mekariBilling.setPrice('pkg-agent', '999999');
  const again = await tryCreate(client, organizationId, { agent_extra: '2' }, key);
  expect(again).toEqual(first);
  expect(await orderCount(organizationId)).toBe(1);
});

test('a repeat is answered while every neighbour is down', async () => {
  const { organizationId, client } = await buyer();
  const key = randomUUID();
  const first = await tryCreate(client, organizationId, { agent_extra: '2' }, key);
  await app.sandbox.hubCore.refuse();
  await app.sandbox.mekariBilling.refuse();
  expect(await tryCreate(client, organizationId, { agent_extra: '2' }, key)).toEqual(first);
});

test('the order of the items does not matter to a repeat', async () => {
  const { organizationId, client } = await buyer();
  const key = randomUUID();
  const items = toItems(organizationId, { agent_extra: '2', wa_balance: '1000000', muv: '500' });
  const first = await tryCreate(client, organizationId, items, key);
  expect((await tryCreate(client, organizationId, items.toReversed(), key)).order?.id).toBe(first.order?.id);
});

test.each([
  ['another quantity', { agent_extra: '3' }],
  ['another option', { chatbot_ai_extra: '2' }],
  ['one item more', { agent_extra: '2', muv: '500' }],
])('the same key with %s is a conflict and makes no order', async (_, items) => {
  const { organizationId, client } = await buyer();
  const key = randomUUID();
  await tryCreate(client, organizationId, { agent_extra: '2' }, key);
  const refused = await tryCreate(client, organizationId, items, key);
  expect(refused.order).toBeNull();
  expect(refusals(refused)).toEqual([
    {
      code: 'IDEMPOTENCY_CONFLICT',
      field: ['input', 'idempotencyKey'],
      suggestedQuantity: null,
      retryable: false,
    },
  ]);
  expect(await orderCount(organizationId)).toBe(1);
});

test('a refused call leaves its key free, even for other content', async () => {
  const { organizationId, client } = await buyer();
  const key = randomUUID();
  expect(codes(await tryCreate(client, organizationId, { wa_balance: '1' }, key))).toEqual(['BELOW_MINIMUM']);
  expect(codes(await tryCreate(client, organizationId, { wa_balance: '1000000' }, key))).toEqual([]);
});

test('a key belongs to its organization: two may use the same one', async () => {
  const [one, other] = [await buyer(), await buyer()];
  const key = randomUUID();
  const first = await tryCreate(one.client, one.organizationId, { agent_extra: '1' }, key);
  const second = await tryCreate(other.client, other.organizationId, { agent_extra: '1' }, key);
  expect(second.order?.id).toBeTypeOf('string');
  expect(second.order?.id).not.toBe(first.order?.id);
});

test.each(['', '   ', 'k'.repeat(256)])('%o is not a valid key', async (idempotencyKey) => {
  const { organizationId, client } = await buyer();
  const input = { items: toItems(organizationId, { agent_extra: '1' }), idempotencyKey };
  const { errors } = await client.send(
    'mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { order { id } } }',
    { input },
  );
  expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
});

test('a repeat after the quote ran out says so, with the old order, before and after the job expires it', async () => {
  const { organizationId, client } = await buyer();
  const key = randomUUID();
  const { order } = await tryCreate(client, organizationId, { agent_extra: '2' }, key);
  await app.db.query(`update topup_orders set quote_expires_at = now() where id = $1`, [order?.id]);
  for (const status of ['DRAFT', 'EXPIRED']) {
    const repeat = await tryCreate(client, organizationId, { agent_extra: '2' }, key);
    expect(repeat.order).toMatchObject({ id: order?.id, status });
    expect(refusals(repeat)).toEqual([
      { code: 'QUOTE_EXPIRED', field: ['input', 'idempotencyKey'], suggestedQuantity: null, retryable: false },
    ]);
    await app.reconcile();
  }
  expect(await orderCount(organizationId)).toBe(1);
});

test('a repeat for an order that was confirmed and then expired, or a draft that was cancelled, is no error', async () => {
  const { organizationId, client } = await buyer();
  const [confirmedKey, cancelledKey] = [randomUUID(), randomUUID()];
  const { order } = await tryCreate(client, organizationId, { agent_extra: '2' }, confirmedKey);
  await confirmOrder(client, order as OrderFragment);
  await app.db.query(`update topup_orders set payment_expires_at = now() where id = $1`, [order?.id]);
  await app.reconcile();
  const repeat = await tryCreate(client, organizationId, { agent_extra: '2' }, confirmedKey);
  expect([repeat.order?.status, codes(repeat)]).toEqual(['EXPIRED', []]);

  const cancelled = await tryCreate(client, organizationId, { agent_extra: '1' }, cancelledKey);
  await tryCancel(client, cancelled.order?.id ?? '');
  const again = await tryCreate(client, organizationId, { agent_extra: '1' }, cancelledKey);
  expect([again.order?.status, codes(again)]).toEqual(['CANCELLED', []]);
});
