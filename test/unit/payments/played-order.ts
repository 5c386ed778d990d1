import type { OrderStatus } from '../../../src/orders/index.ts';
import type { Invoice } from '../../../src/payments/provider.ts';
import { decideNotice, decideReceived, type ProviderNotice } from '../../../src/payments/rules/decide-payment.ts';
import type { NoticeOutcome } from '../../../src/payments/rules/payment-outcomes.ts';
import { paymentTime } from '../../../src/payments/rules/payment-time.ts';
import { type MoneyStep, newSteps, paymentsWithoutMove, sumsOf } from '../../../src/payments/rules/received-sum.ts';
import { CONFIRMED_AT, PAYABLE, RECEIVED_AT } from './played-provider.ts';

/** The database's record of the order. A transaction replaces it as a whole, so a crash leaves the former one. */
export interface Store {
  status: OrderStatus;
  confirmed: boolean;
  /** null until the confirm's own answer is stored. */
  invoiceId: string | null;
  steps: readonly MoneyStep[];
  /** A notice of a refund, or in another currency, is in the inbox. */
  isTainted: boolean;
  hasForeign: boolean;
  claimedRefund: bigint | null;
  surplusReported: bigint;
  refundReported: bigint | null;
  credits: number;
  /** Statuses that the order went through. */
  moves: number;
  /** Steps of the timeline for payments that moved nothing. */
  paymentSteps: number;
  /** Payments whose time was taken for implausible. */
  timesReplaced: number;
  /** A hint enqueued a check that has not run. */
  isCheckDue: boolean;
}

export const EMPTY: Store = {
  status: 'PENDING_PAYMENT',
  confirmed: true,
  invoiceId: 'own',
  steps: [],
  isTainted: false,
  hasForeign: false,
  claimedRefund: null,
  surplusReported: 0n,
  refundReported: null,
  credits: 0,
  moves: 0,
  paymentSteps: 0,
  timesReplaced: 0,
  isCheckDue: false,
};

const order = ({ status, confirmed, invoiceId }: Store) => ({
  status,
  confirmed,
  payable: PAYABLE,
  provider: 'mekari-pay',
  invoiceId,
});

export const receivedIn = (steps: readonly MoneyStep[]): bigint =>
  steps.reduce((total, { amount }) => total + (amount ?? 0n), 0n);
const isReplaced = (paidAt: Invoice['paidAt'] | null) =>
  paymentTime(paidAt ?? null, CONFIRMED_AT, RECEIVED_AT).isReplaced ? 1 : 0;

/** A check that settles an answer. */
export function settleAnswer(store: Store, invoices: readonly Invoice[]): Store {
  const steps = newSteps(store.steps, 'mekari-pay', invoices);
  const all = [...store.steps, ...steps];
  const { walk, exceptions } = decideReceived(order(store), sumsOf(all, invoices, store.hasForeign), {
    before: sumsOf(store.steps, [], false),
    foreignRose: steps.some(({ amount }) => amount === null),
    claimedRefund: store.claimedRefund,
    refundReported: store.refundReported,
  });
  const named = (outcome: string) => exceptions.filter((each) => each.outcome === outcome);
  const sum = (outcome: string) => named(outcome).reduce((total, { amount }) => total + (amount ?? 0n), 0n);
  const payments = steps.filter(({ kind }) => kind === 'PAYMENT');
  return {
    ...store,
    status: walk.at(-1) ?? store.status,
    invoiceId: store.invoiceId ?? (walk.length > 0 ? (all.at(-1)?.invoiceId ?? null) : null),
    steps: all,
    credits: store.credits + walk.filter((status) => status === 'PAID').length,
    moves: store.moves + walk.length,
    paymentSteps: store.paymentSteps + paymentsWithoutMove(steps, walk).length,
    surplusReported: store.surplusReported + sum('surplus'),
    refundReported:
      named('refunded').length > 0 ? (store.refundReported ?? 0n) + sum('refunded') : store.refundReported,
    timesReplaced: payments.reduce((count, { invoice }) => count + isReplaced(invoice.paidAt), store.timesReplaced),
    isCheckDue: false,
  };
}

/** A webhook that commits. */
export function settleNotice(store: Store, notice: ProviderNotice): { outcome: NoticeOutcome; store: Store } {
  const context = { invoiceOfAnother: false, received: receivedIn(store.steps), isTainted: store.isTainted };
  const outcome = decideNotice(order(store), notice, context);
  const isRefund =
    notice.type === 'invoice.refunded' || notice.type === 'invoice.chargeback' || (notice.refunded ?? 0n) > 0n;
  const isForeign = notice.currency !== 'IDR';
  const claim = isRefund && outcome === 'hint' ? (notice.refunded ?? 0n) : null;
  const largest = claim === null || (store.claimedRefund ?? -1n) > claim ? store.claimedRefund : claim;
  const stored: Store = {
    ...store,
    isTainted: store.isTainted || isRefund || isForeign,
    hasForeign: store.hasForeign || isForeign,
    claimedRefund: largest,
    isCheckDue: store.isCheckDue || outcome === 'hint',
  };
  if (outcome !== 'settled') return { outcome, store: stored };
  const { invoiceId, paid, paidAt } = notice;
  const amount = paid?.rupiah ?? 0n;
  const step: MoneyStep = {
    kind: 'PAYMENT',
    provider: 'mekari-pay',
    invoiceId,
    amount,
    originalAmount: String(amount),
    originalCurrency: 'IDR',
  };
  return {
    outcome,
    store: {
      ...stored,
      status: 'PAID',
      invoiceId: store.invoiceId ?? invoiceId,
      steps: [...store.steps, step],
      credits: store.credits + 1,
      moves: store.moves + 1,
      timesReplaced: store.timesReplaced + isReplaced(paidAt),
    },
  };
}
