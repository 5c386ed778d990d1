import { isId } from '../../kernel/ids.ts';
import { parseInstant } from '../../kernel/instant.ts';
import { badUserInput } from '../../platform/graphql/errors.ts';
import { ORDER_STATUSES, type OrderStatus } from './order-state.ts';

export const MAX_PAGE = 100;

/** Arguments of a page of orders, newest first. One statement reads the pages of all organizations that share them. */
export interface PageArgs {
  /** From 0 to MAX_PAGE. */
  first: number;
  /** The cursor of the last order on the previous page. */
  after: string | undefined;
  /** The statuses to include; empty for all. */
  status: readonly OrderStatus[];
}

/** Throws BAD_USER_INPUT if `first` is negative or `after` is not a cursor. */
export function pageArgs(args: {
  first?: number | null;
  after?: string | null;
  status?: OrderStatus[] | null;
}): PageArgs {
  const first = args.first ?? 20;
  if (first < 0) throw badUserInput(`first must not be negative; got ${first}.`);
  const after = args.after ?? undefined;
  if (after !== undefined) parseCursor(after);
  return {
    first: Math.min(first, MAX_PAGE),
    after,
    status: ORDER_STATUSES.filter((status) => args.status?.includes(status)),
  };
}

/** Encodes an order's place in the sort by creation time, then id. */
export function cursorOf(order: { createdAt: Date; id: string }): string {
  return Buffer.from(`${order.createdAt.toISOString()}|${order.id}`).toString('base64url');
}

export function parseCursor(cursor: string): { createdAt: string; id: string } {
  const [createdAt = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split('|');
  if (parseInstant(createdAt)?.toISOString() === createdAt && isId(id)) return { createdAt, id };
  throw badUserInput('after is not a cursor: take one from pageInfo.endCursor or from an edge.');
}
