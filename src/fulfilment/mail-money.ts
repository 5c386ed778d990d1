import type { TopupOrder } from '../orders/index.ts';

/** A sum as it came in: decimal text, in a currency such as "IDR". */
export interface MailSum {
  amount: string;
  currency: string;
}

/** The money of an order, as its mails name it. Rupiah stand first in each list, and an empty list is nothing. */
export interface MailMoney {
  /** Rupiah. */
  asked: bigint;
  /** All that came in, also what was given back since. */
  paid: readonly MailSum[];
  /** Rupiah that went back to the buyer already. */
  returned: bigint;
  /** Rupiah that are missing. */
  outstanding: bigint;
  /** The part of a credited order's money beyond what it asks for, which still has to go back. */
  surplus: readonly MailSum[];
  /** All that the buyer of a refunded order gets back, including what went back already. */
  giveBack: readonly MailSum[];
  /** Nothing of `giveBack` has to go back any more. */
  isGivenBack: boolean;
  /** Unused quota was taken back from the counter. */
  isQuotaTakenBack: boolean;
  /** The number of payments, and of all changes of the received sum. */
  payments: number;
  changes: number;
}

/** The port through which fulfilment/ reads payments/, which imports fulfilment/. The composition root connects them. */
export type ReadMailMoney = (order: TopupOrder) => Promise<MailMoney>;
