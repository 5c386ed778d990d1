import { useCallback, useEffect, useState } from 'react';
import type { Order, OrderItem, TopupOption, UserError } from './api/types.ts';
import { type Decimal, sum, times } from './money.ts';

/** A quantity per option id. An option without one is not in the basket. */
type Quantities = Readonly<Record<string, Decimal>>;

export interface BasketLine {
  option: TopupOption;
  quantity: Decimal;
  amount: bigint;
}

export interface Basket {
  quantities: Quantities;
  set(optionId: string, quantity: Decimal): void;
  /** Fills the basket with an order's items that are still offered. */
  fillFrom(order: Order): void;
  clear(): void;
  refusals: Refusals;
  refuse(items: readonly OrderItem[], errors: readonly UserError[]): void;
}

/** The refusals of the last attempt, by option or for the whole basket. */
export interface Refusals {
  byOption: Readonly<Record<string, readonly UserError[]>>;
  general: readonly UserError[];
  /** Counts the refused attempts. */
  attempt: number;
}

const NONE: Refusals = { byOption: {}, general: [], attempt: 0 };

/** Reads the basket that this tab had before a reload. Anything else than quantities is no basket. */
function remembered(key: string): Quantities {
  try {
    const entries = Object.entries(JSON.parse(sessionStorage.getItem(key) ?? '{}') as Record<string, unknown>);
    return Object.fromEntries(
      entries.filter((entry): entry is [string, Decimal] => /^\d{1,19}$/.test(String(entry[1]))),
    );
  } catch {
    return {};
  }
}

/** The basket of an organization. It survives a reload, and is not shared with another tab. */
export function useBasket(organizationId: string, options: readonly TopupOption[]): Basket {
  const key = `topup:basket:${organizationId}`;
  const [quantities, setQuantities] = useState<Quantities>(() => remembered(key));
  useEffect(() => sessionStorage.setItem(key, JSON.stringify(quantities)), [key, quantities]);
  const [refusals, setRefusals] = useState<Refusals>(NONE);

  const set = useCallback((optionId: string, quantity: Decimal) => {
    setQuantities((before) => ({ ...before, [optionId]: quantity }));
    setRefusals(({ byOption, attempt }) => ({ byOption: { ...byOption, [optionId]: [] }, general: [], attempt }));
  }, []);
  const fillFrom = (order: Order) => {
    const wanted = new Map(
      order.lines.filter(({ kind }) => kind === 'TOPUP').map((line) => [line.code, line.quantity]),
    );
    setQuantities(Object.fromEntries(options.map(({ id, code }) => [id, wanted.get(code) ?? ''])));
    setRefusals(NONE);
  };
  const clear = useCallback(() => {
    setQuantities({});
    setRefusals(NONE);
  }, []);
  const refuse = (items: readonly OrderItem[], errors: readonly UserError[]) =>
    setRefusals(({ attempt }) => ({ ...sorted(items, errors), attempt: attempt + 1 }));
  return { quantities, set, fillFrom, clear, refusals, refuse };
}

/** Returns the items in the page's order, so that the same content always has the same key. */
export function basketLines(options: readonly TopupOption[], quantities: Quantities): BasketLine[] {
  return options.flatMap((option) => {
    const quantity = quantities[option.id];
    return quantity ? [{ option, quantity, amount: times(quantity, option.unitPrice.amount) }] : [];
  });
}

/** Estimates the basket's total. The quote decides. */
export function basketTotal(lines: readonly BasketLine[]): bigint {
  return sum(lines.map(({ option, amount }) => amount + BigInt(option.excessUsage?.amount.amount ?? '0')));
}

/** Assigns each error by its `field` path, e.g. ["input", "items", "0", "quantity"], where 0 is the index of an item. */
function sorted(items: readonly OrderItem[], errors: readonly UserError[]): Omit<Refusals, 'attempt'> {
  const byOption: Record<string, UserError[]> = {};
  const general: UserError[] = [];
  for (const error of errors) {
    const [, list, index] = error.field ?? [];
    const item = list === 'items' && index !== undefined ? items[Number(index)] : undefined;
    if (item === undefined) general.push(error);
    else byOption[item.optionId] = [...(byOption[item.optionId] ?? []), error];
  }
  return { byOption, general };
}
