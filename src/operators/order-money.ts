import type { DataSource, EntityManager } from 'typeorm';
import { decimalSum } from '../kernel/amount.ts';
import { formatRupiah, type Rupiah, sum } from '../kernel/money.ts';
import { payableOf, type TopupOrder } from '../orders/index.ts';
import { eventsOfOrder, type OrderPayment, stepsOfOrder } from '../payments/index.ts';

/** Sums by currency, as decimal text. Rupiah always stand first, be they 0. */
export type Sums = ReadonlyMap<string, string>;

/** The money of an order: what it asks for, and what came in. */
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
  steps: readonly OrderPayment[];
}

export async function moneyOfOrder(database: DataSource | EntityManager, order: TopupOrder): Promise<OrderMoney> {
  const steps = await stepsOfOrder(database, order.id);
  const notices = (await eventsOfOrder(database, order.id)).filter(({ outcome }) => outcome === 'refunded');
  const total = (kind: OrderPayment['kind']) =>
    sum(steps.map((step) => (step.kind === kind ? (step.amount ?? 0n) : 0n)));
  const [paid, shown, noted] = [total('PAYMENT'), -total('REFUND'), sum(notices.map(({ amount }) => amount ?? 0n))];
  const asked = payableOf(order);
  const received = paid - shown;
  return {
    asked,
    paid,
    returned: noted > shown ? noted : shown,
    isReturned: shown > 0n || notices.length > 0,
    received: withForeign(received, steps),
    outstanding: asked > received ? asked - received : 0n,
    steps,
  };
}

function withForeign(rupiah: Rupiah, steps: readonly OrderPayment[]): Sums {
  const sums = new Map([['IDR', String(rupiah)]]);
  for (const { amount, originalAmount, originalCurrency: currency } of steps) {
    if (amount === null) sums.set(currency, decimalSum(sums.get(currency) ?? '0', originalAmount));
  }
  return sums;
}

/** Writes "Rp5 and USD 61.25". Leaves out rupiah if only another currency came in. */
export function describeSums(sums: Sums): string {
  const shown = [...sums].filter(([currency, text]) => currency !== 'IDR' || text !== '0' || sums.size === 1);
  return shown
    .map(([currency, text]) => (currency === 'IDR' ? formatRupiah(BigInt(text)) : `${currency} ${text}`))
    .join(' and ');
}

export function isSame(one: Sums, other: Sums): boolean {
  const currencies = new Set([...one.keys(), ...other.keys()]);
  return [...currencies].every((currency) => (one.get(currency) ?? '0') === (other.get(currency) ?? '0'));
}

/** Writes the options that name these sums. */
export function asOptions(sums: Sums): string {
  const shown = [...sums].filter(([currency, text]) => currency !== 'IDR' || text !== '0' || sums.size === 1);
  return shown
    .map(([currency, text]) => (currency === 'IDR' ? `--received ${text}` : `--received "${currency} ${text}"`))
    .join(' ');
}
