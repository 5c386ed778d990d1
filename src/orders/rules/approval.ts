import { withVisibleText } from '../../kernel/label.ts';
import { formatRupiah, type Rupiah } from '../../kernel/money.ts';
import { badUserInput } from '../../platform/graphql/errors.ts';
import { isQuoteOver } from './confirm.ts';
import type { OrderStatus } from './order-state.ts';
import { quoteExpired, type UserError, userError } from './user-error.ts';

export const APPROVAL_STATES = ['PENDING', 'APPROVED', 'REJECTED'] as const;
/** The state of a draft's approval; a draft that was not submitted has none. */
export type ApprovalState = (typeof APPROVAL_STATES)[number];

export const SHOWN_APPROVAL_STATES = [...APPROVAL_STATES, 'EXPIRED'] as const;
export type ShownApprovalState = (typeof SHOWN_APPROVAL_STATES)[number];

/**
 * The causes of an approval's steps, as the timeline stores them: a stored cause is never reworded. A trigger in the database knows them
 * too.
 */
export const APPROVAL_CAUSES = {
  SUBMITTED: 'submitTopupOrder',
  APPROVED: 'approveTopupOrder',
  REJECTED: 'rejectTopupOrder',
} as const;

export type Decision = 'APPROVED' | 'REJECTED';
const CREATED = 'createTopupOrder';

interface Draft {
  status: OrderStatus;
  quoteExpiresAt: Date;
  confirmedAt: Date | null;
  total: Rupiah;
  approvalState: ApprovalState | null;
}

interface Step {
  cause: string;
  actor: string | null;
}

const FIELD = ['input', 'orderId'];
const WAS_REJECTED = 'The order was rejected: cancel it, and create another one if you still need it.';

/** `limit` is undefined if the organization asks for no approvals. */
export const needsApproval = (total: Rupiah, limit: Rupiah | undefined): boolean =>
  limit !== undefined && total > limit;

/** Returns the reason why the draft may not be confirmed yet. A rejected one never may, whatever the limit is by now. */
export function approvalMissing({ total, approvalState }: Draft, limit: Rupiah | undefined): UserError | undefined {
  if (approvalState === 'REJECTED') {
    return required(WAS_REJECTED);
  }
  if (approvalState === 'APPROVED' || !needsApproval(total, limit)) return undefined;
  if (approvalState === 'PENDING')
    return required('The order awaits its approval by another person: confirm it after that.');
  const message = `The order's total of ${formatRupiah(total)} is above ${formatRupiah(limit ?? 0n)}, from where your organization asks for an approval: submit the order first.`;
  return required(message);
}

const required = (message: string) => userError('APPROVAL_REQUIRED', message, { field: FIELD });

/** Returns the reason why an order cannot be submitted; undefined if it can, or waits for a decision already. */
export function submitRefusal(order: Draft, now: Date): UserError | undefined {
  if (isQuoteOver(order, now)) return quoteExpired(FIELD);
  if (order.status !== 'DRAFT') return notAllowed(`The order is ${order.status}: only a DRAFT can be submitted.`);
  if (order.approvalState === 'APPROVED') return notAllowed('The order is approved: confirm it.');
  if (order.approvalState === 'REJECTED') {
    return notAllowed(WAS_REJECTED);
  }
  return undefined;
}

export const needsNoApproval = () => notAllowed('The order needs no approval: confirm it.');

export interface DecisionInput {
  decision: Decision;
  /** The caller's subject. */
  actor: string;
  /** The total that the approver saw; undefined for a rejection, which holds for any. */
  expectedTotal?: Rupiah | undefined;
}

/** Returns the reason why the caller may not decide so; undefined if the caller may, or has done so already. */
export function decisionRefusal(
  order: Draft,
  steps: readonly Step[],
  { decision, actor, expectedTotal }: DecisionInput,
  now: Date,
): UserError | undefined {
  if (isQuoteOver(order, now)) return quoteExpired(FIELD);
  if (order.status !== 'DRAFT') return notAllowed(`The order is ${order.status}: only a DRAFT awaits an approval.`);
  if (order.approvalState === null)
    return notAllowed('The order was not submitted, or has new prices since: nothing is to be decided.');
  if (isRequester(steps, actor)) {
    const message = 'You created or submitted this order: another person of your organization decides on it.';
    return userError('OWN_ORDER', message, { field: FIELD });
  }
  if (order.approvalState !== 'PENDING' && !isRepeat(order, steps, { decision, actor })) {
    return notAllowed(`The order is ${order.approvalState === 'APPROVED' ? 'approved' : 'rejected'} already.`);
  }
  if (expectedTotal !== undefined && order.total !== expectedTotal) {
    const message = `The order's total is ${formatRupiah(order.total)}, not ${formatRupiah(expectedTotal)}: review the order and approve its total.`;
    return userError('TOTAL_MISMATCH', message, { field: ['input', 'expectedTotal'] });
  }
  return undefined;
}

/** True if the caller has created the order, or has ever submitted it. */
export const isRequester = (steps: readonly Step[], subject: string): boolean =>
  steps.some(({ cause, actor }) => actor === subject && (cause === CREATED || cause === APPROVAL_CAUSES.SUBMITTED));

const isRepeat = (
  { approvalState }: Draft,
  steps: readonly Step[],
  { decision, actor }: Pick<DecisionInput, 'decision' | 'actor'>,
): boolean =>
  approvalState === decision && steps.findLast(({ cause }) => cause === APPROVAL_CAUSES[decision])?.actor === actor;

/** The approval of a submitted order as the graph shows it, with the steps that made it: those after its latest quote. */
export function approvalOf<S extends Step>(
  { status, confirmedAt, approvalState }: Pick<Draft, 'status' | 'confirmedAt' | 'approvalState'>,
  steps: readonly S[],
): { state: ShownApprovalState; submitted: S | undefined; decided: S | undefined } {
  const submission = steps.findLastIndex(({ cause }) => cause === APPROVAL_CAUSES.SUBMITTED);
  const { APPROVED, REJECTED } = APPROVAL_CAUSES;
  const decided = steps.slice(submission + 1).find(({ cause }) => cause === APPROVED || cause === REJECTED);
  const isUsed = approvalState === 'REJECTED' || (approvalState === 'APPROVED' && confirmedAt !== null);
  const state = approvalState === null || (status !== 'DRAFT' && !isUsed) ? 'EXPIRED' : approvalState;
  return { state, submitted: steps[submission], decided };
}

const notAllowed = (message: string) => userError('INVALID_TRANSITION', message, { field: FIELD });

const MAX_REASON = 500;

/** Returns the reason as it is stored: one line. Throws BAD_USER_INPUT if it is too long, or missing where one is needed. */
export function reasonText(typed: string | null | undefined, { isNeeded }: { isNeeded: boolean }): string | undefined {
  const reason = withVisibleText(typed ?? '').trim();
  if (reason.length > MAX_REASON) throw badUserInput(`reason must have at most ${MAX_REASON} characters.`);
  if (reason === '' && isNeeded) throw badUserInput('reason must say why the order is rejected.');
  return reason === '' ? undefined : reason;
}
