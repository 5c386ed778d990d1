import { useMutation } from '@apollo/client/react';
import { hasPassed } from '../time.ts';
import { forgetKey, keyFor, knowsKey } from './idempotency.ts';
import { CANCEL_ORDER, CHECK_PAYMENT, CONFIRM_ORDER, CREATE_ORDER, type Payload } from './operations.ts';
import { type Problem, problemsOf } from './problems.ts';
import type { Order, OrderItem, PriceChange, UserError } from './types.ts';

/** The result of a mutation: the current order, business refusals, and technical failures. */
export interface Outcome {
  order: Order | null;
  userErrors: UserError[];
  priceChange: PriceChange | null;
  problems: Problem[];
}

function outcomeOf(payload: Payload | null | undefined, error: unknown): Outcome {
  const problems = problemsOf(error);
  if (!payload && problems.length === 0) problems.push({ message: 'The service gave no answer.' });
  return {
    order: payload?.order ?? null,
    userErrors: payload?.userErrors ?? [],
    priceChange: payload?.priceChange ?? null,
    problems,
  };
}

/** Refusals of a key that another attempt used; its draft may be deleted by now. */
const USED_UP = ['IDEMPOTENCY_CONFLICT', 'QUOTE_EXPIRED'];

const SHOW_ALL = { errorPolicy: 'all' } as const;

/** The four mutations of an order. Each resolves to an Outcome and never throws. */
export function useOrderMutations() {
  const [create, creation] = useMutation(CREATE_ORDER, SHOW_ALL);
  const [confirm, confirmation] = useMutation(CONFIRM_ORDER, SHOW_ALL);
  const [cancel, cancellation] = useMutation(CANCEL_ORDER, SHOW_ALL);
  const [check, checking] = useMutation(CHECK_PAYMENT, SHOW_ALL);

  async function createOnce(items: OrderItem[]): Promise<Outcome> {
    const input = { items, idempotencyKey: keyFor('create', items) };
    const { data, error } = await create({ variables: { input } }).catch(failed);
    return outcomeOf(data?.createTopupOrder, error);
  }

  return {
    isBusy: creation.loading || confirmation.loading || cancellation.loading || checking.loading,

    /** Creates a quote for these items. Replaces the key of an order that can no longer be confirmed. */
    async create(items: OrderItem[]): Promise<Outcome> {
      const outcome = await createOnce(items);
      const isUsedUp = outcome.userErrors.some(({ code }) => USED_UP.includes(code));
      const isOver = outcome.order !== null && !isOpenQuote(outcome.order);
      if (!isUsedUp && !isOver) return outcome;
      forgetKey('create', items);
      return createOnce(items);
    },

    /** Confirms only the total on the screen. */
    async confirm(order: Order): Promise<Outcome> {
      const wish = wishOf(order);
      const input = { ...wish, idempotencyKey: keyFor('confirm', wish) };
      const { data, error } = await confirm({ variables: { input } }).catch(failed);
      return outcomeOf(data?.confirmOrder, error);
    },

    async cancel(orderId: string): Promise<Outcome> {
      const { data, error } = await cancel({ variables: { input: { orderId } } }).catch(failed);
      return outcomeOf(data?.cancelTopupOrder, error);
    },

    async check(orderId: string): Promise<Outcome> {
      const { data, error } = await check({ variables: { input: { orderId } } }).catch(failed);
      return outcomeOf(data?.checkTopupPayment, error);
    },
  };
}

const wishOf = (order: Order) => ({ orderId: order.id, expectedTotal: order.total.amount });

/** True if another confirm is a repeat, which asks Mekari Pay again for the link. */
export const canRepeatConfirm = (order: Order) => knowsKey('confirm', wishOf(order));

const failed = (error: unknown) => ({ data: undefined, error });

export function isOpenQuote(order: Order): boolean {
  return order.status === 'DRAFT' && !hasPassed(order.quoteExpiresAt);
}
