import { useCallback, useEffect, useState } from 'react';
import type { TopupOrderItemInput, UserError } from '../api/documents.ts';
import { readStored, store } from '../api/storage.ts';
import type { Order, TopupOption } from '../api/types.ts';
import { type Decimal, sum, times } from '../format/money.ts';

/** A quantity per quota code. A quota without one is not in the basket. */
type Quantities = Readonly<Record<string, Decimal>>;

export interface BasketLine {
  option: TopupOption;
  quantity: Decimal;
  amount: bigint;
  /** The excess that comes with the line. */
  excess: bigint;
}

export interface Basket {
  quantities: Quantities;
  set(code: string, quantity: Decimal): void;
  /** Fills the basket with an order's items. */
  fillFrom(order: Order): void;
  clear(): void;
  /** The company keeps PPh 23 back on what it buys. */
  withholds: boolean;
  setWithholds(withholds: boolean): void;
  refusals: Refusals;
  refuse(refusals: Omit<Refusals, 'attempt'>): void;
}

/** The refusals of the last attempt, by quota code or for the whole basket. */
export interface Refusals {
  byCode: Readonly<Record<string, readonly UserError[]>>;
  general: readonly UserError[];
  /** Counts the refused attempts. */
  attempt: number;
}

const NONE: Refusals = { byCode: {}, general: [], attempt: 0 };

/** Reads the basket of an earlier visit. Anything else than quantities is no basket. */
function parsed(text: string | null): Quantities {
  try {
    const entries = Object.entries(JSON.parse(text ?? '{}') as Record<string, unknown>);
    return Object.fromEntries(
      entries.filter((entry): entry is [string, Decimal] => /^\d{1,19}$/.test(String(entry[1]))),
    );
  } catch {
    return {};
  }
}

/** The basket of an organization. It survives a reload, and every tab shows the same one: an order empties it in all of them. */
export function useBasket(organizationId: string): Basket {
  const key = `topup:basket:${organizationId}`;
  const [quantities, setQuantities] = useState<Quantities>(() => parsed(readStored(key)));
  const [refusals, setRefusals] = useState<Refusals>(NONE);
  const [withholds, setWithholds] = useState(false);

  useEffect(() => store(key, JSON.stringify(quantities)), [key, quantities]);
  useEffect(() => {
    const follow = (event: StorageEvent) => {
      if (event.key === key) setQuantities(parsed(event.newValue));
    };
    window.addEventListener('storage', follow);
    return () => window.removeEventListener('storage', follow);
  }, [key]);

  const set = useCallback((code: string, quantity: Decimal) => {
    setQuantities((before) => ({ ...before, [code]: quantity }));
    setRefusals(({ byCode, attempt }) => ({ byCode: { ...byCode, [code]: [] }, general: [], attempt }));
  }, []);
  const fillFrom = useCallback((order: Order) => {
    const topups = order.lines.filter(({ kind }) => kind === 'TOPUP');
    setQuantities(Object.fromEntries(topups.map(({ code, quantity }) => [code, quantity])));
    setWithholds(order.withholding !== null);
    setRefusals(NONE);
  }, []);
  const clear = useCallback(() => {
    setQuantities({});
    setRefusals(NONE);
  }, []);
  const refuse = (refused: Omit<Refusals, 'attempt'>) =>
    setRefusals(({ attempt }) => ({ ...refused, attempt: attempt + 1 }));
  return { quantities, set, fillFrom, clear, withholds, setWithholds, refusals, refuse };
}

/** Returns the items in the page's order, so that the same content always has the same key. */
export function basketLines(options: readonly TopupOption[], quantities: Quantities): BasketLine[] {
  return options.flatMap((option) => {
    const quantity = quantities[option.code];
    if (!quantity) return [];
    const excess = BigInt(option.excessUsage?.amount.amount ?? '0');
    return [{ option, quantity, amount: times(quantity, option.unitPrice.amount), excess }];
  });
}

/** True if PPh 23 can be kept back on something in the basket. */
export const canWithhold = (lines: readonly BasketLine[]): boolean =>
  lines.some(({ option }) => option.taxes.some(({ kind }) => kind === 'WITHHOLDING'));

/** True if VAT comes on top of a price in the basket. The quote computes it. */
export const isTaxAdded = (lines: readonly BasketLine[]): boolean =>
  lines.some(({ option }) => option.taxes.some(({ kind, included }) => kind === 'VAT' && !included));

/** Estimates the basket's total without tax on top. The quote decides. */
export const basketTotal = (lines: readonly BasketLine[]): bigint =>
  sum(lines.map(({ amount, excess }) => amount + excess));

/** Assigns each error by its `field` path, e.g. ["input", "items", "0", "quantity"], where 0 is the index of a line. */
export function assigned(lines: readonly BasketLine[], errors: readonly UserError[]): Omit<Refusals, 'attempt'> {
  const byCode: Record<string, UserError[]> = {};
  const general: UserError[] = [];
  for (const error of errors) {
    const [, list, index] = error.field ?? [];
    const line = list === 'items' && index !== undefined ? lines[Number(index)] : undefined;
    if (line === undefined) general.push(error);
    else byCode[line.option.code] = [...(byCode[line.option.code] ?? []), error];
  }
  return { byCode, general };
}

export const itemsOf = (lines: readonly BasketLine[]): TopupOrderItemInput[] =>
  lines.map(({ option, quantity }) => ({ optionId: option.id, quantity }));
