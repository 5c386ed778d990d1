import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApprovalDocument, ApprovalLimitDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addMakers, type Makers } from '../../support/app/makers.ts';
import {
  codes,
  refusals,
  tryApprove,
  tryCancel,
  tryConfirm,
  tryReject,
  trySubmit,
} from '../../support/app/mutations.ts';
import { confirmOrder, createOrder, readOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const time = movableClock();
let app: TestApp;
let makers: Makers;
let maker: TestClient;
let checker: TestClient;

beforeAll(async () => {
  app = await startApp({ clock: time.clock, sandbox: { clock: time.now } });
});

beforeEach(async () => {
  makers = await addMakers(app);
  ({ maker, checker } = makers);
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

/** Rp1.250.000: above the limit. */
const draft = () => createOrder(maker, makers.id, { wa_balance: '1000000', agent_extra: '2' });

async function submitted() {
  const order = await draft();
  const { userErrors } = await trySubmit(maker, order.id);
  expect(userErrors).toEqual([]);
  return order;
}

async function approved() {
  const order = await submitted();
  expect(codes(await tryApprove(checker, order))).toEqual([]);
  return order;
}

const after = (step: { at: string } | undefined, ms: number) => new Date(Date.parse(step?.at ?? '') + ms).toISOString();
const approvalOf = async (client: TestClient, id: string) =>
  (await client.query(ApprovalDocument, { id })).topupOrder?.approval;
const kindsOf = async (id: string) =>
  (await maker.query(ApprovalDocument, { id })).topupOrder?.timeline.map(({ kind }) => kind);

describe('an organization without the setting', () => {
  test('notices nothing, and cannot submit', async () => {
    makers.setLimit(null);
    const order = await draft();
    expect(codes(await trySubmit(maker, order.id))).toEqual(['INVALID_TRANSITION']);
    expect(await readOrder(maker, order.id)).toEqual(order);
    const confirmed = await confirmOrder(maker, order);
    expect(confirmed.status).toBe('PENDING_PAYMENT');
    expect(await approvalOf(maker, order.id)).toBeNull();
  });

  test('has no limit in the graph; one with it has, and says who may decide', async () => {
    expect((await maker.query(ApprovalLimitDocument)).topupOrganization).toEqual({
      topupApprovalLimit: { amount: '1000000' },
      viewerTopupPermissions: { canApprove: false },
    });
    const other = await app.client({ organization_id: '1002', scope: 'topup:read topup:approve' });
    expect((await other.query(ApprovalLimitDocument)).topupOrganization).toEqual({
      topupApprovalLimit: null,
      viewerTopupPermissions: { canApprove: true },
    });
  });
});

describe('an order above the limit', () => {
  test('is submitted, approved by another person, and then confirmed by anybody who may order', async () => {
    const order = await draft();
    const key = randomUUID();
    const refused = await tryConfirm(maker, order, key);
    expect(refusals(refused)).toEqual([
      { code: 'APPROVAL_REQUIRED', field: ['input', 'orderId'], suggestedQuantity: null, retryable: false },
    ]);
    expect(refused.userErrors[0]?.message).toContain('Rp1.250.000 is above Rp1.000.000');

    time.advance(60);
    const waiting = await trySubmit(maker, order.id);
    const expiresAt = after(waiting.order?.timeline.at(-1), 259_200_000);
    expect(waiting.userErrors).toEqual([]);
    expect(waiting.order).toMatchObject({ status: 'DRAFT', quoteExpiresAt: expiresAt, total: order.total });
    expect(waiting.order?.approval).toEqual({
      state: 'PENDING',
      requestedBy: { subject: 'siti', name: 'Siti Rahayu' },
      decidedBy: null,
      reason: null,
      expiresAt,
      viewerCanDecide: false,
    });
    expect((await approvalOf(checker, order.id))?.viewerCanDecide).toBe(true);
    expect(codes(await tryConfirm(maker, order, key))).toEqual(['APPROVAL_REQUIRED']);

    const decided = await tryApprove(checker, order, '  Within the\nbudget of March ');
    expect(decided.userErrors).toEqual([]);
    expect(decided.order?.status).toBe('DRAFT');
    expect(decided.order?.approval).toMatchObject({
      state: 'APPROVED',
      decidedBy: { subject: 'budi', name: 'Budi Santoso' },
      reason: 'Within the budget of March',
      expiresAt,
      viewerCanDecide: false,
    });
    // The refusals have not used the key up. It is not the approver or the requester alone who may confirm.
    const third = await app.client({ organization_id: makers.id, sub: 'dewi', expires_in: 604_800 });
    expect((await tryConfirm(third, order, key)).order?.status).toBe('PENDING_PAYMENT');
    expect(await kindsOf(order.id)).toEqual(['CREATED', 'SUBMITTED', 'APPROVED', 'CONFIRMED']);
    expect((await approvalOf(maker, order.id))?.state).toBe('APPROVED');
    const [row] = await app.db.query('select approval_limit from topup_orders where id = $1', [order.id]);
    expect(row).toEqual({ approval_limit: '1000000' });
  });

  test('at the limit itself needs nothing', async () => {
    const order = await createOrder(maker, makers.id, { wa_balance: '1000000' });
    expect(codes(await trySubmit(maker, order.id))).toEqual(['INVALID_TRANSITION']);
    expect((await confirmOrder(maker, order)).status).toBe('PENDING_PAYMENT');
  });

  test('rises `changedAt` by its submission and by the decision', async () => {
    const order = await draft();
    const changedAt = async () => (await maker.query(ApprovalDocument, { id: order.id })).topupOrder?.changedAt ?? '';
    const times = [await changedAt()];
    await trySubmit(maker, order.id);
    times.push(await changedAt());
    await tryReject(checker, order.id, 'Too much');
    times.push(await changedAt());
    expect(times).toEqual([...new Set(times)].sort());
    expect(times).toHaveLength(3);
  });

  test('submitted twice waits once', async () => {
    const order = await submitted();
    time.advance(60);
    const again = await trySubmit(checker, order.id);
    expect(again.userErrors).toEqual([]);
    expect(again.order?.approval?.requestedBy?.subject).toBe('siti');
    expect(await kindsOf(order.id)).toEqual(['CREATED', 'SUBMITTED']);
  });
});

describe('nobody decides on an own order', () => {
  test('neither who created it nor who submitted it', async () => {
    const own = await createOrder(checker, makers.id, { wa_balance: '2000000' });
    await trySubmit(maker, own.id);
    expect(refusals(await tryApprove(checker, own))).toEqual([
      { code: 'OWN_ORDER', field: ['input', 'orderId'], suggestedQuantity: null, retryable: false },
    ]);
    const other = await draft();
    await trySubmit(checker, other.id);
    expect(codes(await tryApprove(checker, other))).toEqual(['OWN_ORDER']);
    expect(codes(await tryReject(checker, other.id, 'No'))).toEqual(['OWN_ORDER']);
    expect(await approvalOf(checker, other.id)).toMatchObject({ state: 'PENDING', viewerCanDecide: false });
  });

  test('also not after another person has submitted it again', async () => {
    const order = await draft();
    await trySubmit(checker, order.id);
    const second = await app.client({ organization_id: makers.id, sub: 'agus', scope: 'topup:read topup:approve' });
    await tryApprove(second, order);
    app.sandbox.mekariBilling.setPrice('pkg-agent', '130000');
    const { order: requoted } = await tryConfirm(maker, order);
    await trySubmit(maker, order.id);
    expect(codes(await tryApprove(checker, requoted ?? order))).toEqual(['OWN_ORDER']);
  });

  test('nor without the scope, nor for another organization', async () => {
    const order = await submitted();
    const decide = `mutation ($id: ID!) { approveTopupOrder(input: {orderId: $id, expectedTotal: "1250000"}) { userErrors { code } } }`;
    const writer = await app.client({ organization_id: makers.id, sub: 'dewi', scope: 'topup:read topup:write' });
    expect((await writer.send(decide, { id: order.id })).errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    const foreign = await app.client({ organization_id: '1002', sub: 'dewi', scope: 'topup:approve topup:support' });
    expect(codes(await tryApprove(foreign, order))).toEqual(['ORDER_NOT_FOUND']);
    expect((await approvalOf(maker, order.id))?.state).toBe('PENDING');
  });

  test('a token with no other scope than to approve gets its answer', async () => {
    const order = await submitted();
    const approver = await app.client({ organization_id: makers.id, sub: 'dewi', scope: 'topup:approve' });
    const answer = await approver.send(
      `mutation ($id: ID!) { approveTopupOrder(input: {orderId: $id, expectedTotal: "1250000"}) {
        order { changedAt status lines { amount { amount } } approval { state viewerCanDecide } } userErrors { code } } }`,
      { id: order.id },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.approveTopupOrder.order.approval).toEqual({ state: 'APPROVED', viewerCanDecide: false });
  });
});

describe('a decision', () => {
  test('is of the total that the approver saw', async () => {
    const order = await submitted();
    const other = { ...order, total: { ...order.total, amount: '1000000' } };
    expect(refusals(await tryApprove(checker, other))).toEqual([
      { code: 'TOTAL_MISMATCH', field: ['input', 'expectedTotal'], suggestedQuantity: null, retryable: false },
    ]);
  });

  test('needs a submission', async () => {
    const order = await draft();
    expect(codes(await tryApprove(checker, order))).toEqual(['INVALID_TRANSITION']);
    expect(codes(await tryReject(checker, order.id, 'No'))).toEqual(['INVALID_TRANSITION']);
    expect(codes(await tryReject(checker, randomUUID(), 'No'))).toEqual(['ORDER_NOT_FOUND']);
  });

  test('stands: its repeat answers it, and no other follows', async () => {
    const order = await approved();
    expect(codes(await tryApprove(checker, order))).toEqual([]);
    expect(codes(await tryReject(checker, order.id, 'After all'))).toEqual(['INVALID_TRANSITION']);
    const second = await app.client({ organization_id: makers.id, sub: 'agus', scope: 'topup:read topup:approve' });
    expect(codes(await tryApprove(second, order))).toEqual(['INVALID_TRANSITION']);
    expect(await kindsOf(order.id)).toEqual(['CREATED', 'SUBMITTED', 'APPROVED']);
  });

  test('to reject ends the order: it is not confirmed, submitted or approved any more, and can be cancelled', async () => {
    const order = await submitted();
    const rejected = await tryReject(checker, order.id, 'Not in this quarter');
    expect(rejected.order).toMatchObject({
      status: 'DRAFT',
      approval: { state: 'REJECTED', reason: 'Not in this quarter', decidedBy: { subject: 'budi' } },
    });
    expect(codes(await tryConfirm(maker, order))).toEqual(['APPROVAL_REQUIRED']);
    makers.setLimit(null);
    expect(codes(await tryConfirm(maker, order))).toEqual(['APPROVAL_REQUIRED']);
    expect(codes(await trySubmit(maker, order.id))).toEqual(['INVALID_TRANSITION']);
    expect(codes(await tryApprove(checker, order))).toEqual(['INVALID_TRANSITION']);
    expect((await tryCancel(maker, order.id)).order?.status).toBe('CANCELLED');
    expect((await approvalOf(maker, order.id))?.state).toBe('REJECTED');
  });

  test.each([
    ['empty', ' \n '],
    ['too long', 'x'.repeat(501)],
  ])('to reject with a reason that is %s is BAD_USER_INPUT', async (_, reason) => {
    const order = await submitted();
    const reject = `mutation ($input: RejectTopupOrderInput!) { rejectTopupOrder(input: $input) { userErrors { code } } }`;
    const { errors } = await checker.send(reject, { input: { orderId: order.id, reason } });
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect((await approvalOf(maker, order.id))?.state).toBe('PENDING');
  });

  test('comes too late for a cancelled order and for an expired one', async () => {
    const cancelled = await submitted();
    await tryCancel(maker, cancelled.id);
    expect(codes(await tryApprove(checker, cancelled))).toEqual(['INVALID_TRANSITION']);
    expect((await approvalOf(maker, cancelled.id))?.state).toBe('EXPIRED');
    const expired = await submitted();
    time.advance(259_201);
    expect(codes(await tryApprove(checker, expired))).toEqual(['QUOTE_EXPIRED']);
    expect(codes(await tryConfirm(maker, expired))).toEqual(['QUOTE_EXPIRED']);
    await app.reconcile();
    expect((await readOrder(maker, expired.id)).status).toBe('EXPIRED');
    expect(await approvalOf(checker, expired.id)).toMatchObject({ state: 'EXPIRED', viewerCanDecide: false });
  });
});

describe('a price that moves', () => {
  test('while the order waits changes nothing: a confirm waits for the decision', async () => {
    const order = await submitted();
    app.sandbox.mekariBilling.setPrice('pkg-agent', '130000');
    expect(codes(await tryConfirm(maker, order))).toEqual(['APPROVAL_REQUIRED']);
    expect((await readOrder(maker, order.id)).total.amount).toBe('1250000');
  });

  test('takes the approval away at the confirm: the approver has not seen the new price', async () => {
    const order = await approved();
    app.sandbox.mekariBilling.setPrice('pkg-agent', '130000');
    const changed = await tryConfirm(maker, order);
    expect(codes(changed)).toEqual(['PRICE_CHANGED']);
    expect(changed.userErrors[0]?.message).toContain('submit it again');
    const requoted = changed.order ?? order;
    expect(requoted.total.amount).toBe('1260000');
    expect(requoted.quoteExpiresAt).toBe(after(requoted.timeline.at(-1), 1_800_000));
    expect(await approvalOf(maker, order.id)).toBeNull();
    expect(codes(await tryConfirm(maker, requoted))).toEqual(['APPROVAL_REQUIRED']);
    await trySubmit(maker, order.id);
    expect(codes(await tryApprove(checker, order))).toEqual(['TOTAL_MISMATCH']);
    await tryApprove(checker, requoted);
    expect((await confirmOrder(maker, requoted)).status).toBe('PENDING_PAYMENT');
    expect(await kindsOf(order.id)).toEqual([
      ...['CREATED', 'SUBMITTED', 'APPROVED', 'QUOTED_ANEW', 'SUBMITTED', 'APPROVED', 'CONFIRMED'],
    ]);
  });
});

describe('the setting at the time of the confirm decides', () => {
  test('a limit that was raised or dropped lets a waiting order pass', async () => {
    const order = await submitted();
    makers.setLimit(2_000_000);
    expect((await confirmOrder(maker, order)).status).toBe('PENDING_PAYMENT');
    expect((await approvalOf(maker, order.id))?.state).toBe('EXPIRED');
  });

  test('a limit that was set meanwhile stops a draft', async () => {
    makers.setLimit(null);
    const order = await draft();
    makers.setLimit(1_249_999);
    expect(codes(await tryConfirm(maker, order))).toEqual(['APPROVAL_REQUIRED']);
  });

  test.each([
    [{ is_enabled: true }],
    [{ is_enabled: true, limit: null }],
    [{ is_enabled: true, limit: '50 juta' }],
    [{ is_enabled: true, limit: -1 }],
  ])('a limit that cannot be read counts as 0: %j', async (topup_approval) => {
    const order = await createOrder(maker, makers.id, { agent_extra: '1' });
    app.sandbox.hubCore.organizations.patch(makers.id, { settings: { topup_approval: null } });
    app.sandbox.hubCore.organizations.patch(makers.id, { settings: { topup_approval } });
    expect(codes(await tryConfirm(maker, order))).toEqual(['APPROVAL_REQUIRED']);
  });

  test('a submission without hub-core changes nothing', async () => {
    const order = await draft();
    app.sandbox.hubCore.faults.set([{ kind: 'status', status: 503 }]);
    expect(codes(await trySubmit(maker, order.id))).toEqual(['ORGANIZATION_UNAVAILABLE']);
    app.sandbox.hubCore.faults.clear();
    expect(await readOrder(maker, order.id)).toEqual(order);
  });
});
