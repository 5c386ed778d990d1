import {
  type TopupOrderStatus,
  TopupOrdersDocument,
  type TopupOrdersQuery,
  type TopupOrdersQueryVariables,
} from '../api/documents.ts';
import type { Answer, Graph } from '../api/graph.ts';
import type { Problem } from '../api/problems.ts';

export type OrderRow = NonNullable<TopupOrdersQuery['topupOrders']>['edges'][number]['node'];

/** Days are Jakarta's, YYYY-MM-DD; empty text is no bound. */
export interface Filter {
  status: readonly TopupOrderStatus[];
  from: string;
  to: string;
  /** An order number or a part of it, in any case. */
  number: string;
}

/** The most that the graph answers at once. */
const PAGE = 100;
const DAY_MS = 86_400_000;

const beginOf = (day: string) => Date.parse(`${day}T00:00:00+07:00`);
const instant = (at: number) => new Date(at).toISOString();

export const isNarrow = ({ from, to, number }: Filter) => `${from}${to}${number}` !== '';

/** Returns the filter as the graph takes it. */
export function termsOf(organizationId: string, { status, from, to, number }: Filter): TopupOrdersQueryVariables {
  return {
    organizationId,
    status: [...status],
    createdAfter: from === '' ? null : instant(beginOf(from)),
    createdBefore: to === '' ? null : instant(beginOf(to) + DAY_MS),
    number: number.trim() === '' ? null : number,
  };
}

/** Reads every order that fits, newest first. */
export async function walk(graph: Graph, filter: Filter): Promise<{ rows: OrderRow[]; problems: Problem[] }> {
  const rows: OrderRow[] = [];
  let after: string | null = null;
  for (;;) {
    const terms: TopupOrdersQueryVariables = { ...termsOf(graph.organizationId, filter), first: PAGE, after };
    const { data, problems }: Answer<TopupOrdersQuery> = await graph.read(TopupOrdersDocument, terms);
    const page = data?.topupOrders;
    if (!page) return { rows, problems };
    rows.push(...page.edges.map(({ node }) => node));
    if (!page.pageInfo.hasNextPage) return { rows, problems };
    after = page.pageInfo.endCursor;
  }
}
