import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  APPROVAL_CAUSES,
  APPROVAL_STATES,
  type ApprovalState,
  approvalMissing,
  approvalOf,
  type Decision,
  decisionRefusal,
  submitRefusal,
} from '../../../src/orders/rules/approval.ts';
import type { OrderStatus } from '../../../src/orders/rules/order-state.ts';

const NOW = new Date('2026-11-29T03:00:00Z');
const LATER = new Date('2026-11-29T04:00:00Z');

interface Order {
  status: OrderStatus;
  quoteExpiresAt: Date;
  confirmedAt: Date | null;
  total: bigint;
  approvalState: ApprovalState | null;
}
interface Step {
  cause: string;
  actor: string;
}

const draft = (total: bigint, approvalState: ApprovalState | null = null): Order => ({
  ...{ status: 'DRAFT', quoteExpiresAt: LATER, confirmedAt: null },
  ...{ total, approvalState },
});

const amount = fc.bigInt({ min: 1n, max: 9_007_199_254_740_991n });
const person = fc.constantFrom('siti', 'budi', 'agus');
const act = fc.oneof(
  fc.record({ do: fc.constant('submit' as const), by: person }),
  fc.record({
    do: fc.constant('decide' as const),
    by: person,
    decision: fc.constantFrom<Decision>('APPROVED', 'REJECTED'),
  }),
  fc.record({ do: fc.constant('quote anew' as const), by: person, total: amount }),
);

type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

/** Follows the rules as the use cases do, and keeps the steps. */
function play(creator: string, total: bigint, acts: readonly Act[]) {
  const order = draft(total);
  const steps: Step[] = [{ cause: 'createTopupOrder', actor: creator }];
  for (const each of acts) {
    if (each.do === 'submit') {
      if (submitRefusal(order, NOW) !== undefined || order.approvalState === 'PENDING') continue;
      order.approvalState = 'PENDING';
      steps.push({ cause: APPROVAL_CAUSES.SUBMITTED, actor: each.by });
    } else if (each.do === 'decide') {
      const { decision, by: actor } = each;
      if (decisionRefusal(order, steps, { decision, actor, expectedTotal: order.total }, NOW) !== undefined) continue;
      if (order.approvalState === decision) continue;
      order.approvalState = decision;
      steps.push({ cause: APPROVAL_CAUSES[decision], actor });
    } else if (order.approvalState !== 'REJECTED' && order.approvalState !== 'PENDING') {
      Object.assign(order, { total: each.total, approvalState: null });
      steps.push({ cause: 'confirmOrder: price changed, quoted anew', actor: each.by });
    }
  }
  return { order, steps };
}

test('whatever people do, an order above its limit passes only with the approval of its last quote by one who never asked for it', () => {
  const plays = fc.property(person, amount, amount, fc.array(act, { maxLength: 12 }), (creator, total, limit, acts) => {
    const { order, steps } = play(creator, total, acts);
    if (approvalMissing(order, limit) !== undefined || order.total <= limit) return;
    const quoted = steps.findLastIndex(({ cause }) => /^(createTopupOrder|confirmOrder)/.test(cause));
    const since = steps.slice(quoted + 1);
    expect(since.map(({ cause }) => cause)).toEqual([APPROVAL_CAUSES.SUBMITTED, APPROVAL_CAUSES.APPROVED]);
    const approver = since[1]?.actor;
    const asked = steps.filter(({ cause }) => cause === 'createTopupOrder' || cause === APPROVAL_CAUSES.SUBMITTED);
    expect(asked.map(({ actor }) => actor)).not.toContain(approver);
    const shown = approvalOf(order, steps);
    expect([shown.state, shown.submitted, shown.decided]).toEqual(['APPROVED', ...since]);
  });
  fc.assert(plays, { numRuns: 2000 });
});

test('a rejected order never passes, whatever its limit', () => {
  for (const limit of [undefined, 0n, 1n, 10n]) {
    expect(approvalMissing(draft(5n, 'REJECTED'), limit)?.code).toBe('APPROVAL_REQUIRED');
  }
});

test.each([
  [undefined, 5n, true],
  [0n, 1n, false],
  [5n, 5n, true],
  [5n, 6n, false],
])('without an approval and with a limit of %s, an order of %s passes: %s', (limit, total, passes) => {
  for (const state of [null, 'PENDING'] as const) {
    expect(approvalMissing(draft(total, state), limit) === undefined).toBe(passes);
  }
  expect(approvalMissing(draft(total, 'APPROVED'), limit)).toBeUndefined();
});

test('the graph shows an approval that was not used as EXPIRED', () => {
  const shown = (order: Partial<Order>) =>
    APPROVAL_STATES.map((state) => approvalOf({ ...draft(1n, state), ...order }, []).state);
  expect(shown({})).toEqual(['PENDING', 'APPROVED', 'REJECTED']);
  expect(shown({ status: 'EXPIRED' })).toEqual(['EXPIRED', 'EXPIRED', 'REJECTED']);
  expect(shown({ status: 'CANCELLED' })).toEqual(['EXPIRED', 'EXPIRED', 'REJECTED']);
  expect(shown({ status: 'PENDING_PAYMENT', confirmedAt: NOW })).toEqual(['EXPIRED', 'APPROVED', 'REJECTED']);
  expect(shown({ status: 'EXPIRED', confirmedAt: NOW })).toEqual(['EXPIRED', 'APPROVED', 'REJECTED']);
});
