import type { DataSource, EntityManager } from 'typeorm';
import { decimalSum } from '../kernel/amount.ts';
import { type Rupiah, sum } from '../kernel/money.ts';
import { payableOf, type TopupOrder } from '../orders/index.ts';
import { type GiveBack, giveBackOf, type Movement } from './rules/give-back.ts';
import { giveBacksOfOrder } from './store/give-backs.ts';
import type { OrderGiveBack } from './store/order-give-back.entity.ts';
import type { OrderPayment } from './store/order-payment.entity.ts';
import { stepsOfOrder } from './store/order-payments.ts';
import { namedMoneyOf } from './store/payment-exceptions.ts';

/** Sums by currency, as decimal text. Rupiah always stand first, be they 0. */
export type Sums = ReadonlyMap<string, string>;

/** The money of an order: what it asks for, what came in, and what goes back. */
export interface OrderMoney {
  asked: Rupiah;
  /** The sum in rupiah that came in so far. */
  paid: Rupiah;
  /** The sum that the provider gave back or charged back, as far as its answers and its notices tell. */
  returned: Rupiah;
  /** A refund or a chargeback was noted, perhaps without its sum. */
  isReturned: boolean;
  /** The sums that came in, less those that the provider's answers show as given back, by currency. */
  received: Sums;
  outstanding: Rupiah;
  giveBack: GiveBack;
  /** The sum that operators gave back by hand. */
  records: readonly OrderGiveBack[];
  steps: readonly OrderPayment[];
}

export async function moneyOfOrder(database: DataSource | EntityManager, order: TopupOrder): Promise<OrderMoney> {
  const steps = await stepsOfOrder(database, order.id);
  const exceptions = await namedMoneyOf(database, order.id);
  const total = (kind: OrderPayment['kind']) =>
    sum(steps.map((step) => (step.kind === kind ? (step.amount ?? 0n) : 0n)));
  const [paid, shown] = [total('PAYMENT'), -total('REFUND')];
  const records = await giveBacksOfOrder(database, order.id);
  const giveBack = giveBackOf(exceptions, [...steps.flatMap(shownMovement), ...records.flatMap(recordedMovement)]);
  const noted = sum(exceptions.map(({ outcome, amount }) => (outcome === 'refunded' ? (amount ?? 0n) : 0n)));
  const asked = payableOf(order);
  const received = paid - shown;
  return {
    asked,
    paid,
    returned: noted > shown ? noted : shown,
    isReturned: shown > 0n || exceptions.some(({ outcome }) => outcome === 'refunded'),
    received: withForeign(received, steps),
    outstanding: asked > received ? asked - received : 0n,
    giveBack,
    records,
    steps,
  };
}

const shownMovement = ({ kind, amount, recordedAt: at }: OrderPayment): Movement[] =>
  kind === 'REFUND' && amount !== null ? [{ at, by: 'SHOWN', amount: -amount }] : [];

const recordedMovement = ({ channel: by, amount, recordedAt: at }: OrderGiveBack): Movement[] =>
  amount === null ? [] : [{ at, by, amount }];

type Foreign = Pick<OrderPayment, 'amount' | 'originalAmount' | 'originalCurrency'>;

/** Adds the sums of other currencies to one in rupiah. */
export function withForeign(rupiah: Rupiah, steps: readonly Foreign[]): Sums {
  const sums = new Map([['IDR', String(rupiah)]]);
  for (const { amount, originalAmount, originalCurrency: currency } of steps) {
    if (amount === null) sums.set(currency, decimalSum(sums.get(currency) ?? '0', originalAmount));
  }
  return sums;
}
