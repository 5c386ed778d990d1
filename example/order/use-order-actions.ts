import { useState } from 'react';
import type { Order } from '../api/types.ts';
import type { LiveAnswer } from '../api/use-answer.ts';
import { NOTHING, type Outcome, useOrderMutations } from '../api/use-order-mutations.ts';
import type { OrderActions } from './actions.ts';

/** The parts of the actions that the page gives. */
interface ActionTerms extends Pick<OrderActions, 'canOrder' | 'eligibility' | 'approvalLimit'> {
  onConfirmed(): void;
  onAgain(order: Order): void;
}

interface ActionState {
  actions: OrderActions;
  /** The outcome of the last action. */
  outcome: Outcome;
  /** True until the order moves on, such as when its payment link arrives: its refusals are obsolete then. */
  isCurrent: boolean;
  /** Forgets the last outcome. */
  forget(): void;
}

const stateOf = ({ status, paymentUrl, total, approval }: Order) =>
  `${status} ${paymentUrl} ${total.amount} ${approval?.state}`;

/** Lets a viewer act on the order of the page, and keeps the outcome of the last action. */
export function useOrderActions(
  orderId: string,
  order: Order | null,
  read: LiveAnswer<unknown>['read'],
  { onConfirmed, onAgain, ...terms }: ActionTerms,
): ActionState {
  const mutations = useOrderMutations();
  const [outcome, setOutcome] = useState(NOTHING);

  async function act(mutation: Promise<Outcome>): Promise<Outcome> {
    const result = await mutation;
    setOutcome(result);
    // The order that came with it is on the screen at once; a refusal without one means that the screen is old.
    void read();
    return result;
  }
  async function confirm(shown: Order) {
    const { order: after } = await act(mutations.confirm(shown));
    if (after?.status === 'PENDING_PAYMENT') onConfirmed();
  }

  const actions: OrderActions = {
    ...terms,
    busy: mutations.busy,
    confirm: () => void (order && confirm(order)),
    canRepeatConfirm: order !== null && mutations.canRepeatConfirm(order),
    cancel: () => void act(mutations.cancel(orderId)),
    submit: () => void act(mutations.submit(orderId)),
    approve: (reason) => void (order && act(mutations.approve(order, reason))),
    reject: (reason) => void act(mutations.reject(orderId, reason)),
    check: () => act(mutations.check(orderId)),
    again: () => order && onAgain(order),
  };
  const isCurrent = outcome.order === null || order === null || stateOf(outcome.order) === stateOf(order);
  return { actions, outcome, isCurrent, forget: () => setOutcome(NOTHING) };
}
