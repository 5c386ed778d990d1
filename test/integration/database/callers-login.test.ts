import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ORDER_STATUSES, TRANSITIONS } from '../../../src/orders/rules/order-state.ts';
import { ROLES } from '../../../src/platform/database/roles.ts';
import { ConfirmOrderDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase } from '../../support/app/purchase.ts';

/** An intruder who can send SQL with the login that serves callers, and takes no role. */

let app: TestApp;
let intruder: pg.Client;
let jobs: pg.Client;
const numbers: Record<string, string> = {};

async function loginOf(role: string): Promise<pg.Client> {
  const name = `login_${randomBytes(6).toString('hex')}`;
  await app.db.query(`create role ${name} login password 'secret' in role ${role}`);
  const url = new URL(app.db.url);
  url.username = name;
  url.password = 'secret';
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  return client;
}

beforeAll(async () => {
  app = await startApp();
  const buyer = await app.client();
  const completed = await purchase(app, buyer, '1001', { muv: '500' });
  const reviewed = await confirmOrder(buyer, await createOrder(buyer, '1001', { muv: '1000' }));
  await app.sandbox.mekariPay.payWrong(reviewed.number);
  const pending = await confirmOrder(buyer, await createOrder(buyer, '1001', { muv: '2500' }));
  const draft = await createOrder(buyer, '1001', { muv: '5000' });
  Object.assign(numbers, {
    COMPLETED: completed.number,
    PAYMENT_REVIEW: reviewed.number,
    PENDING_PAYMENT: pending.number,
    DRAFT: draft.number,
  });
  [intruder, jobs] = [await loginOf(ROLES.runtime), await loginOf(ROLES.background)];
});

afterAll(async () => {
  await intruder?.end();
  await jobs?.end();
  await app?.close();
});

/** Runs it in a transaction of organization 1001 that is rolled back; returns the refusal. */
async function attempt(client: pg.Client, ...statements: string[]): Promise<string | undefined> {
  await client.query(`begin; set local self_topup.organization_id = '1001'`);
  try {
    for (const statement of statements) await client.query(statement);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.query('rollback');
  }
}

test('a lock on an organization costs its confirms three seconds, and nobody else anything', async () => {
  const [held, other] = [addOrganization(app.sandbox, '1001'), addOrganization(app.sandbox, '1001')];
  const buyer = await app.client({ organization_id: held });
  const neighbour = await app.client({ organization_id: other });
  const draft = await createOrder(buyer, held, { muv: '500' });
  const confirm = (idempotencyKey: string) =>
    buyer.send(ConfirmOrderDocument, {
      input: { orderId: draft.id, expectedTotal: draft.total.amount, idempotencyKey },
    });
  await intruder.query('begin');
  try {
    await intruder.query(`select pg_advisory_xact_lock(hashtextextended('excess:' || $1, 0))`, [held]);
    const waiting = ['a', 'b', 'c', 'd'].map(confirm);
    await confirmOrder(neighbour, await createOrder(neighbour, other, { muv: '500' }));
    for (const { errors } of await Promise.all(waiting)) {
      expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 5 } }]);
    }
    // The statement's own limit, of fifteen seconds, would name another reason.
    const reasons = app.logs.filter((line) => JSON.stringify(line).includes('due to lock timeout'));
    expect(reasons.length).toBeGreaterThanOrEqual(4);
  } finally {
    await intruder.query('rollback');
  }
  expect((await confirmOrder(buyer, draft)).status).toBe('PENDING_PAYMENT');
});

const MODES = ['share update exclusive', 'share', 'share row exclusive', 'exclusive', 'access exclusive'];

test('no table can be locked against others', async () => {
  const tables = await app.db.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in (current_schema(), 'graphile_worker') order by name`,
  );
  expect(tables.length).toBeGreaterThan(15);
  for (const { name } of tables) {
    for (const mode of MODES) {
      const refusal = await attempt(intruder, `lock table ${name} in ${mode} mode nowait`);
      expect({ name, mode, refusal: refusal ?? 'none' }).toMatchObject({
        refusal: expect.stringMatching(/permission denied/),
      });
    }
  }
});

test('the lines of a draft of the own organization alone can be deleted, through the function', async () => {
  const drop = (number: string | undefined) =>
    `select drop_draft_lines(id) from topup_orders where number = '${number}'`;
  const lines = `do $$ begin
    if exists (select from topup_order_lines line join topup_orders o on o.id = line.order_id where o.number = '${numbers['DRAFT']}')
    then raise 'lines are left'; end if; end $$`;
  expect(await attempt(intruder, 'delete from topup_order_lines')).toContain('permission denied');
  expect(await attempt(intruder, drop(numbers['DRAFT']), lines)).toBeUndefined();
  expect(await attempt(intruder, drop(numbers['PENDING_PAYMENT']))).toContain('lines are frozen');
  const [row] = await app.db.query<{ id: string }>('select id from topup_orders where number = $1', [numbers['DRAFT']]);
  const foreign = [`set local self_topup.organization_id = '1002'`, `select drop_draft_lines('${row?.id}')`];
  expect(await attempt(intruder, ...foreign, `set local self_topup.organization_id = '1001'`, lines)).toContain(
    'lines are left',
  );
});

const BUYER = ['DRAFT → PENDING_PAYMENT', 'DRAFT → CANCELLED', 'PENDING_PAYMENT → CANCELLED'];

describe('each role makes the moves of its own code', () => {
  test('the buyer’s moves are those of the state table', () => {
    const moves = TRANSITIONS.filter(({ from, by }) => from !== null && by === 'buyer');
    expect(moves.map(({ from, to }) => `${from} → ${to}`).sort()).toEqual([...BUYER].sort());
  });

  const moves = ['DRAFT', 'PENDING_PAYMENT', 'PAYMENT_REVIEW', 'COMPLETED'].flatMap((from) =>
    ORDER_STATUSES.filter((to) => to !== from).map((to): [string, string] => [from, to]),
  );

  test.each(moves)('a caller moves an order from %s to %s only as a buyer does', async (from, to) => {
    const move = `update topup_orders set status = '${to}' where number = '${numbers[from]}'`;
    const refusal = await attempt(intruder, move);
    if (BUYER.includes(`${from} → ${to}`)) expect(refusal ?? '').not.toContain('may not move');
    else expect(refusal).toMatch(/may not move order|cannot move from/);
  });

  test.each(moves)('a caller enters a step from %s to %s only as a buyer does', async (from, to) => {
    const step = `insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
      select id, now(), '${from}', '${to}', 'operator: refunded', 'x' from topup_orders where number = '${numbers[from]}'`;
    const refusal = await attempt(intruder, step);
    if (BUYER.includes(`${from} → ${to}`)) expect(refusal).toBeUndefined();
    else expect(refusal).toContain('may not enter a step');
  });

  test('a payment under review cannot be put out of sight', async () => {
    const refund = `update topup_orders set status = 'REFUNDED' where number = '${numbers['PAYMENT_REVIEW']}'`;
    expect(await attempt(intruder, refund)).toContain('may not move order');
    expect(await attempt(jobs, refund)).toBeUndefined();
  });

  test('a job confirms nothing', async () => {
    const confirm = `update topup_orders set status = 'PENDING_PAYMENT', confirmed_at = now(), payment_expires_at = now()
      where number = '${numbers['DRAFT']}'`;
    expect(await attempt(jobs, confirm)).toContain('may not move order');
    expect(await attempt(intruder, confirm)).toBeUndefined();
  });
});
