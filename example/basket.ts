import { useCallback, useState } from 'react';
import type { Order, OrderItem, TopupOption, UserError } from './api/types.ts';
import { type Decimal, sum, times } from './money.ts';

/** What is to be bought: a quantity per option id; an option without one is not in the basket. */
type Quantities = Readonly<Record<string, Decimal>>;

export interface BasketLine {
  option: TopupOption;
  quantity: Decimal;
  amount: bigint;
}

export interface Basket {
  quantities: Quantities;
  set(optionId: string, quantity: Decimal): void;
  /** The same again as in an order, as far as it is still offered. */
  fillFrom(order: Order): void;
  clear(): void;
  refusals: Refusals;
  refuse(items: readonly OrderItem[], errors: readonly UserError[]): void;
}

/** The refusals of the last attempt: next to the option that they belong to, or to the basket as a whole. */
export interface Refusals {
  byOption: Readonly<Record<string, readonly UserError[]>>;
  general: readonly UserError[];
}

const NONE: Refusals = { byOption: {}, general: [] };

export function useBasket(options: readonly TopupOption[]): Basket {
  const [quantities, setQuantities] = useState<Quantities>({});
  const [refusals, setRefusals] = useState<Refusals>(NONE);

  const set = useCallback((optionId: string, quantity: Decimal) => {
    setQuantities((before) => ({ ...before, [optionId]: quantity }));
    setRefusals(({ byOption }) => ({ byOption: { ...byOption, [optionId]: [] }, general: [] }));
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
  const refuse = (items: readonly OrderItem[], errors: readonly UserError[]) => setRefusals(sorted(items, errors));
  return { quantities, set, fillFrom, clear, refusals, refuse };
}

/** In the order of the page, so that the same content always reads the same. */
export function basketLines(options: readonly TopupOption[], quantities: Quantities): BasketLine[] {
  return options.flatMap((option) => {
    const quantity = quantities[option.id];
    return quantity ? [{ option, quantity, amount: times(quantity, option.unitPrice.amount) }] : [];
  });
}

/** What the basket is going to cost; the service has the last word, in the quote. */
export function basketTotal(lines: readonly BasketLine[]): bigint {
  return sum(lines.map(({ option, amount }) => amount + BigInt(option.excessUsage?.amount.amount ?? '0')));
}

/** By the `field` path of each error, e.g. ["input", "items", "0", "quantity"]: 0 is the index of an item that was sent. */
function sorted(items: readonly OrderItem[], errors: readonly UserError[]): Refusals {
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
