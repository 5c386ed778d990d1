import type { CreateTopupOrderInput, TopupErrorCode } from '../../../packages/client/src/index.ts';

export interface OrderFacts {
  id: string;
  number: string;
  status: string;
  total: { amount: string };
}

/** The steps of a purchase, each through one client library as its own documentation uses it. */
export interface Buyer {
  /** The balance of a quota, as the page shows it. */
  balance(code: string): Promise<string | undefined>;
  /** The new order, or the codes of the refusals. */
  create(input: CreateTopupOrderInput): Promise<OrderFacts | TopupErrorCode[]>;
  confirm(order: OrderFacts, idempotencyKey: string): Promise<OrderFacts>;
  read(id: string): Promise<OrderFacts>;
  /** The numbers of the organization's orders, in pages of one, as the library pages. */
  numbers(): Promise<string[]>;
  /** The `extensions.code` with which a call is refused, as the library reports it. */
  refusal(): Promise<unknown>;
  /** Expectations about the library's requests, after the purchase. */
  expectRequests?(): void;
  stop?(): Promise<void> | void;
}

export interface Shop {
  /** The address of the graph. */
  url: string;
  token: string;
}

export const headersOf = ({ token }: Shop) => ({ authorization: `Bearer ${token}` });

/** Refused for a caller without a valid token. */
export const REFUSED = 'query Refused { topupOrders(first: 1) { totalCount } }';

export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`There is no ${what}.`);
  return value;
}

export interface Page {
  edges: readonly { node: { number: string } }[];
  pageInfo: { endCursor?: string | null; hasNextPage: boolean };
}

/** For libraries that leave paging to their callers. */
export async function numbersOf(
  read: (after: string | undefined) => Promise<Page | null | undefined>,
): Promise<string[]> {
  const numbers: string[] = [];
  let after: string | undefined;
  for (;;) {
    const { edges, pageInfo } = required(await read(after), 'page');
    numbers.push(...edges.map(({ node }) => node.number));
    if (!pageInfo.hasNextPage) return numbers;
    after = required(pageInfo.endCursor, 'cursor');
  }
}
