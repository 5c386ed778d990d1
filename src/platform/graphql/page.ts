import { isId } from '../../kernel/ids.ts';
import { parseInstant } from '../../kernel/instant.ts';
import { badUserInput } from './errors.ts';
import { LONGEST_PAGE } from './limits/limits.ts';

const DEFAULT_PAGE = 20;

/** The options of the argument `first` of every page. */
export const FIRST_OPTIONS = {
  nullable: true,
  defaultValue: DEFAULT_PAGE,
  description: `The size of the page; 0 gives an empty page whose pageInfo is right, and a value above ${LONGEST_PAGE} counts as ${LONGEST_PAGE}.`,
} as const;

/** The position of a row in a list that is sorted by time, then id. */
export interface CursorPosition {
  /** RFC 3339, in UTC, with milliseconds. */
  createdAt: string;
  id: string;
}

/** Returns the size of a page: at most 100. Throws BAD_USER_INPUT if it is negative. */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? DEFAULT_PAGE;
  if (size < 0) throw badUserInput(`first must not be negative; got ${size}.`);
  return Math.min(size, LONGEST_PAGE);
}

export function cursorOf(row: { createdAt: Date; id: string }): string {
  return Buffer.from(`${row.createdAt.toISOString()}|${row.id}`).toString('base64url');
}

/** Throws BAD_USER_INPUT. */
export function parseCursor(cursor: string): CursorPosition {
  const [createdAt = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split('|');
  if (parseInstant(createdAt)?.toISOString() === createdAt && isId(id)) return { createdAt, id };
  throw badUserInput('after is not a cursor: take one from pageInfo.endCursor or from an edge.');
}

/** Returns the pageInfo of a page with these edges. */
export function pageInfo(edges: readonly { cursor: string }[], after: string | undefined, hasNextPage: boolean) {
  return {
    hasNextPage,
    hasPreviousPage: after !== undefined,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
}
