import { badUserInput } from '../../platform/graphql/errors.ts';
import { pageSize, parseCursor } from '../../platform/graphql/page.ts';
import { isWholeNumber, typedNumberPart, typedOrderNumber } from './order-number.ts';
import { ORDER_STATUSES, type OrderStatus } from './order-state.ts';

/** The orders of an organization that a page shows. Instants are RFC 3339 text, in UTC. */
export interface OrderFilter {
  /** The statuses to include; empty for all. */
  status: readonly OrderStatus[];
  /** The first instant of creation. */
  createdAfter: string | undefined;
  /** The end: the first instant of creation that is too late. */
  createdBefore: string | undefined;
  /** The whole number, as it is stored. */
  number: string | undefined;
  /** A part of the number, without hyphens. */
  numberPart: string | undefined;
}

/** Arguments of a page of orders, newest first. One statement reads the pages of all organizations that share them. */
export interface PageArgs {
  first: number;
  /** The cursor of the last order on the previous page. */
  after: string | undefined;
  filter: OrderFilter;
}

interface GivenArgs {
  first?: number | null;
  after?: string | null;
  status?: OrderStatus[] | null;
  createdAfter?: Date | null;
  createdBefore?: Date | null;
  number?: string | null;
}

/** Throws BAD_USER_INPUT if `first` is negative, `after` is not a cursor, or the time ends before it begins. */
export function pageArgs(args: GivenArgs): PageArgs {
  const after = args.after ?? undefined;
  if (after !== undefined) parseCursor(after);
  return { first: pageSize(args.first), after, filter: orderFilter(args) };
}

function orderFilter({ status, createdAfter, createdBefore, number }: GivenArgs): OrderFilter {
  if (createdAfter && createdBefore && createdAfter > createdBefore) {
    throw badUserInput('createdBefore must not be earlier than createdAfter.');
  }
  return {
    status: ORDER_STATUSES.filter((each) => status?.includes(each)),
    createdAfter: createdAfter?.toISOString(),
    createdBefore: createdBefore?.toISOString(),
    ...numberFilter(number ?? undefined),
  };
}

function numberFilter(text: string | undefined): Pick<OrderFilter, 'number' | 'numberPart'> {
  if (text === undefined) return { number: undefined, numberPart: undefined };
  const whole = typedOrderNumber(text);
  if (isWholeNumber(whole)) return { number: whole, numberPart: undefined };
  return { number: undefined, numberPart: typedNumberPart(text) };
}
