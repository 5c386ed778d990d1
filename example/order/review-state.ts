import type { Order } from '../api/types.ts';
import type { OrderActions } from './actions.ts';

/** The steps that a draft allows. */
export interface ReviewState {
  /** The quote has expired. */
  isOver: boolean;
  /** A gate that closed after the quote would refuse the confirmation. */
  isClosed: boolean;
  /** The total is above the organization's limit. */
  needsApproval: boolean;
  isRejected: boolean;
  mayConfirm: boolean;
  maySubmit: boolean;
  /** The viewer may approve or reject. */
  mayDecide: boolean;
}

export function reviewStateOf(
  { total, approval }: Order,
  { eligibility, approvalLimit }: Pick<OrderActions, 'eligibility' | 'approvalLimit'>,
  isOver: boolean,
): ReviewState {
  const isClosed = eligibility !== null && !(eligibility.newPageEnabled && eligibility.orderingEnabled);
  const needsApproval = approvalLimit !== null && BigInt(total.amount) > BigInt(approvalLimit.amount);
  const isApproved = approval === null ? !needsApproval : approval.state === 'APPROVED';
  return {
    isOver,
    isClosed,
    needsApproval,
    isRejected: approval?.state === 'REJECTED',
    mayConfirm: !isOver && !isClosed && isApproved,
    maySubmit: !isOver && !isClosed && approval === null && needsApproval,
    mayDecide: !isOver && approval?.viewerCanDecide === true,
  };
}
