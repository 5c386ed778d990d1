import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCancel, tryConfirm, tryCreate } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { createOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { trailOf } from '../../support/database/trail.ts';

let app: TestApp;
let actor: string;
let organization: string;
let buyer: TestClient;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
});

beforeEach(async () => {
  actor = `finance-${randomUUID()}`;
  organization = addOrganization(app.sandbox, '1001');
  buyer = await app.client({ sub: actor, organization_id: organization });
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const ordersOf = async (id: string) =>
  (await app.db.query<{ status: string }>('select status from topup_orders where organization_id = $1', [id])).map(
    ({ status }) => status,
  );

test('the trail lists a purchase step by step: the caller, the action, the order and the outcome', async () => {
  const order = await createOrder(buyer, organization, { agent_extra: '1' });
  await tryConfirm(buyer, { ...order, total: { ...order.total, amount: '1' } });
  await tryConfirm(buyer, order);
  await tryCancel(buyer, order.id);
  const by = `by ${actor} of ${organization}`;
  expect(await trailOf(app, actor)).toEqual([
    `asked mutation createTopupOrder - ${by}`,
    `answered mutation createTopupOrder ${order.id} ${by} ok`,
    `asked mutation confirmOrder ${order.id} ${by}`,
    `answered mutation confirmOrder ${order.id} ${by} TOTAL_MISMATCH`,
    `asked mutation confirmOrder ${order.id} ${by}`,
    `answered mutation confirmOrder ${order.id} ${by} ok`,
    `asked mutation cancelTopupOrder ${order.id} ${by}`,
    `answered mutation cancelTopupOrder ${order.id} ${by} ok`,
  ]);
});

test('both rows of an action carry its correlation id, its name and the time of each', async () => {
  await buyer.send(
    'mutation ($input: CancelTopupOrderInput!) { cancelTopupOrder(input: $input) { userErrors { code } } }',
    { input: { orderId: randomUUID() } },
    { 'x-correlation-id': 'page-7' },
  );
  const rows = await app.db.query<{ id: string; correlation: string; late: boolean }>(
    `select action_id as id, correlation_id as correlation, at > now() - interval '1 minute' as late
     from action_trail where actor = $1`,
    [actor],
  );
  expect(rows).toHaveLength(2);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(1);
  expect(rows.map(({ correlation, late }) => [correlation, late])).toEqual(Array(2).fill(['page-7', true]));
});

test('every mutation of the schema is recorded', async () => {
  const known: Record<string, unknown> = {
    createTopupOrder: { items: [], idempotencyKey: randomUUID() },
    confirmOrder: { orderId: randomUUID(), expectedTotal: '1', idempotencyKey: randomUUID() },
    cancelTopupOrder: { orderId: randomUUID() },
    submitTopupOrder: { orderId: randomUUID() },
    approveTopupOrder: { orderId: randomUUID(), expectedTotal: '1' },
    rejectTopupOrder: { orderId: randomUUID(), reason: 'Too early' },
    checkTopupPayment: { orderId: randomUUID() },
  };
  const scope = 'topup:write topup:approve';
  const caller = await app.client({ sub: actor, organization_id: organization, scope });
  const fields = Object.values(app.subgraph.schema.getMutationType()?.getFields() ?? {});
  for (const { name, args } of fields) {
    const query = `mutation ($input: ${args[0]?.type}) { ${name}(input: $input) { userErrors { code } } }`;
    await caller.query(query, { input: known[name] });
  }
  const asked = (await trailOf(app, actor))
    .filter((line) => line.startsWith('asked'))
    .map((line) => line.split(' ')[2]);
  expect(asked).toEqual(fields.map(({ name }) => name));
  expect(asked.length).toBeGreaterThanOrEqual(7);
});

describe('refused calls', () => {
  const CANCEL = `mutation ($id: ID!) { cancelTopupOrder(input: { orderId: $id }) { userErrors { code } } }`;

  test('a call without the scope is recorded as refused and goes no further', async () => {
    const reader = await app.client({ sub: actor, organization_id: organization, scope: 'topup:read' });
    const id = randomUUID();
    const { errors } = await reader.send(CANCEL, { id });
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['FORBIDDEN']);
    expect(await trailOf(app, actor)).toEqual([
      `refused mutation cancelTopupOrder ${id} by ${actor} of ${organization} FORBIDDEN`,
    ]);
  });

  test('a call by support without an organization is recorded without one', async () => {
    const support = await app.client({
      sub: actor,
      organization_id: '',
      scope: 'topup:support',
      claims: { organization_id: null },
    } as never);
    const id = randomUUID();
    await support.send(CANCEL, { id });
    expect(await trailOf(app, actor)).toEqual([`refused mutation cancelTopupOrder ${id} by ${actor} of - FORBIDDEN`]);
  });

  test("a call that names another organization is refused and recorded under the caller's own", async () => {
    const input = { organizationId: '1001', items: [], idempotencyKey: randomUUID() };
    const create = 'mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { order { id } } }';
    await buyer.send(create, { input });
    expect(await trailOf(app, actor)).toEqual([
      `asked mutation createTopupOrder - by ${actor} of ${organization}`,
      `answered mutation createTopupOrder - by ${actor} of ${organization} FORBIDDEN`,
    ]);
  });

  test('a call without a token is not recorded', async () => {
    const [before] = await app.db.query('select count(*) from action_trail');
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: CANCEL, variables: { id: randomUUID() } }),
    });
    expect(await response.text()).toContain('UNAUTHENTICATED');
    expect((await app.db.query('select count(*) from action_trail'))[0]).toEqual(before);
  });

  test.each(['no id', 'x'.repeat(2_000), 'a\u0000b', '\ud800', "'; drop table action_trail; --"])(
    'a malformed order id is not recorded: %#',
    async (id) => {
      expect((await tryCancel(buyer, id)).userErrors.map(({ code }) => code)).toEqual(['ORDER_NOT_FOUND']);
      const by = `by ${actor} of ${organization}`;
      expect(await trailOf(app, actor)).toEqual([
        `asked mutation cancelTopupOrder - ${by}`,
        `answered mutation cancelTopupOrder - ${by} ORDER_NOT_FOUND`,
      ]);
    },
  );
});

describe('when the trail cannot be written', () => {
  test('before the action, nothing happens: the answer is masked and no order exists', async () => {
    await app.db.query('revoke insert on action_trail from self_topup_runtime');
    try {
      const input = { items: [{ optionId: `${organization}:muv`, quantity: '500' }], idempotencyKey: randomUUID() };
      const { errors, data } = await buyer.send(
        'mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { order { id } } }',
        { input },
      );
      expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['INTERNAL_SERVER_ERROR']);
      expect(data).toEqual({ createTopupOrder: null });
    } finally {
      await app.db.query('grant insert on action_trail to self_topup_runtime');
    }
    expect(await ordersOf(organization)).toEqual([]);
  });

  test('after the action, the result stands and the failure is logged', async () => {
    await app.db.query(`create trigger no_end before insert on action_trail for each row
      when (new.phase = 'answered') execute function refuse_change()`);
    const { order, userErrors } = await tryCreate(buyer, organization, { muv: '500' }).finally(() =>
      app.db.query('drop trigger no_end on action_trail'),
    );
    expect(userErrors).toEqual([]);
    expect(await ordersOf(organization)).toEqual(['DRAFT']);
    expect(await trailOf(app, actor)).toEqual([`asked mutation createTopupOrder - by ${actor} of ${organization}`]);
    const reports = app.logs.filter(({ event }) => event === 'action_end_not_recorded');
    expect(reports).toEqual([expect.objectContaining({ level: 50, action: 'createTopupOrder' })]);
    expect(order?.status).toBe('DRAFT');
  });

  test('an unexpected failure is recorded as failed', async () => {
    const order = await createOrder(buyer, organization, { muv: '500' });
    await app.db.query('alter table topup_orders rename to away');
    await buyer
      .send('mutation ($id: ID!) { cancelTopupOrder(input: { orderId: $id }) { order { id } } }', { id: order.id })
      .finally(() => app.db.query('alter table away rename to topup_orders'));
    expect((await trailOf(app, actor)).at(-1)).toBe(
      `answered mutation cancelTopupOrder ${order.id} by ${actor} of ${organization} failed`,
    );
  });
});

describe('the trail cannot be rewritten', () => {
  const changes = ['update action_trail set actor = actor', 'delete from action_trail', 'truncate action_trail'];
  const owner = () =>
    ({ caller: { subject: 'u', organizationId: organization, scopes: new Set() } }) as never as RequestContext;

  test.each(changes)('by its owner: %s', async (sql) => {
    await tryCancel(buyer, randomUUID());
    await expect(app.db.query(sql)).rejects.toThrow('action_trail is append-only');
  });

  test.each(changes)('by the roles that serve and work: %s', async (sql) => {
    await expect(app.callers.transaction(owner(), (tx) => tx.query(sql))).rejects.toThrow('permission denied');
    await expect(inTransaction(app.database, (tx) => tx.query(sql))).rejects.toThrow('permission denied');
  });

  test('a caller’s request cannot read the trail, nor write to it for another organization', async () => {
    await expect(app.callers.transaction(owner(), (tx) => tx.query('select 1 from action_trail'))).rejects.toThrow(
      'permission denied',
    );
    const enter = (of: string | null) =>
      app.callers.transaction(owner(), (tx) =>
        tx.query(
          `insert into action_trail (action_id, phase, at, actor, via, organization_id, action, correlation_id)
           values (gen_random_uuid(), 'asked', now(), $2, 'mutation', $1, 'confirmOrder', 'c')`,
          [of, actor],
        ),
      );
    await expect(enter('1002')).rejects.toThrow('row-level security');
    await expect(enter(null)).rejects.toThrow('row-level security');
    await enter(organization);
    expect(await trailOf(app, actor)).toHaveLength(1);
  });
});
