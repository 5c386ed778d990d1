import { TopupOrdersDocument, type TopupOrdersQuery, type TopupOrdersQueryVariables } from '../api/documents.ts';
import type { Answer, Graph } from '../api/graph.ts';
import type { Problem } from '../api/problems.ts';
import { type OrderFilter, termsOf } from './order-filter.ts';
import type { OrderRow } from './use-orders.ts';

/** The most that the graph answers at once. */
const PAGE = 100;

/** Reads every order that fits, newest first. After a failure the rows are those that came before it. */
export async function readAllOrders(
  graph: Graph,
  filter: OrderFilter,
): Promise<{ rows: OrderRow[]; problems: Problem[] }> {
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
