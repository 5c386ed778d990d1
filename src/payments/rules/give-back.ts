import { type Rupiah, sum } from '../../kernel/money.ts';
import type { PaymentOutcome } from './payment-outcomes.ts';

/** An exception that names money, and who closed it; null if nobody did. */
export interface NamedMoney {
  outcome: PaymentOutcome;
  /** Rupiah; null if it is not known, or in another currency. */
  amount: Rupiah | null;
  closedBy: string | null;
}

/** A closing that the product made itself, and no operator. */
export const SYSTEM_ACTOR = 'system';

/** The outcomes whose money an operator has to give back. */
export const TO_GIVE_BACK: ReadonlySet<PaymentOutcome> = new Set<PaymentOutcome>(['surplus', 'to_give_back']);

export interface GiveBack {
  /** Rupiah that exceptions name as to be given back. */
  named: Rupiah;
  /** Rupiah of these that went back already. */
  returned: Rupiah;
  /** Rupiah that still have to go back. */
  still: Rupiah;
  /** Rupiah that the provider gave back by itself, or that were charged back. */
  takenByProvider: Rupiah;
  /** Money in another currency, or of an unknown sum, has to go back. */
  hasUnknown: boolean;
}

const atLeast0 = (amount: Rupiah): Rupiah => (amount > 0n ? amount : 0n);
const total = (some: readonly NamedMoney[]) => sum(some.map(({ amount }) => amount ?? 0n));

/**
 * Compares what an order's exceptions name as to be given back with what went back. `refunded` is what the provider shows as given
 * back: beyond the exceptions "refunded" it answers those that are to be given back. An exception that an operator closed is settled in
 * another way, such as by an agreement with the buyer.
 */
export function giveBackOf(exceptions: readonly NamedMoney[], refunded: Rupiah): GiveBack {
  const rows = exceptions.filter(
    ({ outcome, closedBy }) => TO_GIVE_BACK.has(outcome) && (closedBy === null || closedBy === SYSTEM_ACTOR),
  );
  const takenByProvider = total(exceptions.filter(({ outcome }) => outcome === 'refunded'));
  const named = total(rows);
  const answering = atLeast0(refunded - takenByProvider);
  const returned = answering < named ? answering : named;
  const hasUnknown = rows.some(({ amount, closedBy }) => amount === null && closedBy === null);
  return { named, returned, still: named - returned, takenByProvider, hasUnknown };
}
