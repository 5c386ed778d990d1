import { useState } from 'react';
import { hasPassed } from '../format/time.ts';
import { useLanguage } from '../text/language.tsx';
import {
  ApproveTopupOrderDocument,
  CancelTopupOrderDocument,
  CheckTopupPaymentDocument,
  ConfirmOrderDocument,
  type ConfirmOrderMutation,
  CreateTopupOrderDocument,
  type CreateTopupOrderInput,
  RejectTopupOrderDocument,
  SubmitTopupOrderDocument,
  type TopupErrorCode,
  type UserError,
} from './documents.ts';
import type { Answer } from './graph.ts';
import { forgetKey, hasKey, keyFor } from './idempotency.ts';
import { tellOtherTabs } from './other-tabs.ts';
import type { Problem } from './problems.ts';
import { useSession } from './session.tsx';
import type { Order } from './types.ts';

export type PriceChange = NonNullable<NonNullable<ConfirmOrderMutation['confirmOrder']>['priceChange']>;
export type Mutation = 'create' | 'confirm' | 'cancel' | 'check' | 'submit' | 'approve' | 'reject';

/** The result of a mutation: the current order, business refusals, and technical failures. */
export interface Outcome {
  order: Order | null;
  userErrors: UserError[];
  priceChange: PriceChange | null;
  problems: Problem[];
}

/** The content of an order: a key stands for all of it. */
export type Wanted = Pick<CreateTopupOrderInput, 'items' | 'withholding'>;

interface Payload {
  order: Order | null;
  userErrors: UserError[];
  priceChange?: PriceChange | null;
}

/** Refusals of a key that another attempt used; its draft may be deleted by now. */
const USED_UP: readonly TopupErrorCode[] = ['IDEMPOTENCY_CONFLICT', 'QUOTE_EXPIRED'];

/** The mutations of an order. Each resolves to an Outcome and never throws. */
export function useOrderMutations() {
  const { graph } = useSession();
  const { inGraph: language } = useLanguage();
  const [busy, setBusy] = useState<Mutation | null>(null);

  async function run<Data>(
    mutation: Mutation,
    send: () => Promise<Answer<Data>>,
    payloadOf: (data: Data) => Payload | null,
  ): Promise<Outcome> {
    setBusy(mutation);
    const { data, problems } = await send();
    const payload = data === undefined ? null : payloadOf(data);
    if (payload?.order) graph.rememberOrder(payload.order, language);
    if (mutation !== 'check') tellOtherTabs();
    setBusy(null);
    if (payload === null && problems.length === 0) return { ...NOTHING, problems: [{}] };
    return { ...NOTHING, ...payload, priceChange: payload?.priceChange ?? null, problems };
  }

  const createOnce = (wanted: Wanted) => {
    const input = { ...wanted, idempotencyKey: keyFor(graph.organizationId, 'create', wanted) };
    const send = () => graph.ask(CreateTopupOrderDocument, { input, language });
    return run('create', send, ({ createTopupOrder }) => createTopupOrder);
  };

  return {
    busy,

    /** Creates a quote for these items. Replaces the key of an order that can no longer be confirmed. */
    async create(wanted: Wanted): Promise<Outcome> {
      const outcome = await createOnce(wanted);
      const isUsedUp = outcome.userErrors.some(({ code }) => USED_UP.includes(code));
      const isOver = outcome.order !== null && !isOpenQuote(outcome.order);
      if (!isUsedUp && !isOver) return outcome;
      forgetKey(graph.organizationId, 'create', wanted);
      return createOnce(wanted);
    },

    /** Confirms only the total on the screen. */
    confirm(order: Order): Promise<Outcome> {
      const wish = wishOf(order);
      const input = { ...wish, idempotencyKey: keyFor(graph.organizationId, 'confirm', wish) };
      const send = () => graph.ask(ConfirmOrderDocument, { input, language });
      return run('confirm', send, ({ confirmOrder }) => confirmOrder);
    },

    cancel(orderId: string): Promise<Outcome> {
      const send = () => graph.ask(CancelTopupOrderDocument, { input: { orderId }, language });
      return run('cancel', send, ({ cancelTopupOrder }) => cancelTopupOrder);
    },

    check(orderId: string): Promise<Outcome> {
      const send = () => graph.ask(CheckTopupPaymentDocument, { input: { orderId }, language });
      return run('check', send, ({ checkTopupPayment }) => checkTopupPayment);
    },

    submit(orderId: string): Promise<Outcome> {
      const send = () => graph.ask(SubmitTopupOrderDocument, { input: { orderId }, language });
      return run('submit', send, ({ submitTopupOrder }) => submitTopupOrder);
    },

    /** Approves only the total on the screen. */
    approve({ id: orderId, total }: Order, reason: string): Promise<Outcome> {
      const input = { orderId, expectedTotal: total.amount, reason };
      const send = () => graph.ask(ApproveTopupOrderDocument, { input, language });
      return run('approve', send, ({ approveTopupOrder }) => approveTopupOrder);
    },

    reject(orderId: string, reason: string): Promise<Outcome> {
      const send = () => graph.ask(RejectTopupOrderDocument, { input: { orderId, reason }, language });
      return run('reject', send, ({ rejectTopupOrder }) => rejectTopupOrder);
    },

    /** True if another confirm is a repeat, which asks Mekari Pay again for the link. */
    canRepeatConfirm: (order: Order) => hasKey(graph.organizationId, 'confirm', wishOf(order)),
  };
}

export const NOTHING: Outcome = { order: null, userErrors: [], priceChange: null, problems: [] };

const wishOf = (order: Order) => ({ orderId: order.id, expectedTotal: order.total.amount });

function isOpenQuote(order: Order): boolean {
  return order.status === 'DRAFT' && !hasPassed(order.quoteExpiresAt);
}
