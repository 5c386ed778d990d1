import type { Rupiah } from '../../kernel/money.ts';
import type { PaymentOutcome } from './payment-outcomes.ts';

/** An exception that names money of an order, and who closed it; null if nobody did. */
export interface NamedMoney {
  id: string;
  at: Date;
  outcome: PaymentOutcome;
  /** Rupiah; null if it is not known, or in another currency. */
  amount: Rupiah | null;
  closedBy: string | null;
}

/** Money that went back: as the provider shows it, or as an operator recorded it. */
export interface Movement {
  at: Date;
  /** PROVIDER and SHOWN are the same money, seen twice: the larger sum counts. TRANSFER went past the provider. */
  by: 'SHOWN' | 'PROVIDER' | 'TRANSFER';
  amount: Rupiah;
}

/** A closing that the product made itself, and no operator. */
export const SYSTEM_ACTOR = 'system';

/** The outcomes whose money an operator has to give back. */
export const TO_GIVE_BACK: ReadonlySet<PaymentOutcome> = new Set<PaymentOutcome>(['surplus', 'to_give_back']);

export interface GiveBack {
  /** All rupiah that went back. */
  returned: Rupiah;
  /** Rupiah that still have to go back. */
  still: Rupiah;
  /** The same by the id of the exception; 0 if its money went back. */
  stillById: ReadonlyMap<string, Rupiah>;
  /** Money in another currency, or of an unknown sum, has to go back. */
  hasUnknown: boolean;
}

/**
 * Compares what an order's exceptions name as to be given back with what went back since. Each movement answers the oldest exceptions that
 * were there before it. An exception that an operator closed is settled in another way, such as by an agreement with the buyer.
 */
export function giveBackOf(exceptions: readonly NamedMoney[], movements: readonly Movement[]): GiveBack {
  const rows = exceptions
    .filter(({ outcome, closedBy }) => TO_GIVE_BACK.has(outcome) && (closedBy === null || closedBy === SYSTEM_ACTOR))
    .toSorted((one, other) => one.at.getTime() - other.at.getTime());
  const still = new Map(rows.flatMap(({ id, amount }) => (amount === null ? [] : [[id, amount] as const])));
  let returned = 0n;
  for (const { at, amount } of newMoney(movements)) {
    returned += amount;
    let left = amount;
    for (const row of rows.filter((each) => each.at < at)) {
      const open = still.get(row.id) ?? 0n;
      const taken = open < left ? open : left;
      if (still.has(row.id)) still.set(row.id, open - taken);
      left -= taken;
    }
  }
  return {
    returned,
    still: [...still.values()].reduce((total, amount) => total + amount, 0n),
    stillById: still,
    hasUnknown: rows.some(({ amount, closedBy }) => amount === null && closedBy === null),
  };
}

/** Counts money that the provider shows and an operator recorded only once. */
function newMoney(movements: readonly Movement[]): { at: Date; amount: Rupiah }[] {
  const sums = { SHOWN: 0n, PROVIDER: 0n };
  let counted = 0n;
  return movements
    .toSorted((one, other) => one.at.getTime() - other.at.getTime())
    .map(({ at, by, amount }) => {
      if (by === 'TRANSFER') return { at, amount };
      sums[by] += amount;
      const largest = sums.SHOWN > sums.PROVIDER ? sums.SHOWN : sums.PROVIDER;
      const added = largest - counted;
      counted = largest;
      return { at, amount: added };
    });
}
