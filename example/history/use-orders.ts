import { useCallback } from 'react';
import { TopupOrdersDocument, type TopupOrdersQuery } from '../api/documents.ts';
import { useSession } from '../api/session.tsx';
import { type Pages, type PagesAnswer, usePages, withPage } from '../api/use-pages.ts';
import { type OrderFilter, termsOf } from './order-filter.ts';

export type OrderRow = NonNullable<TopupOrdersQuery['topupOrders']>['edges'][number]['node'];

interface Shown extends Pages<OrderRow> {
  total: number;
}

const PAGE = 10;

/** Reads the orders that fit, newest first, page by page. */
export function useOrders(filter: OrderFilter) {
  const { graph } = useSession();
  const read = useCallback(
    async (before: Shown | null): Promise<PagesAnswer<Shown>> => {
      const terms = { ...termsOf(graph.organizationId, filter), first: PAGE, after: before?.next ?? null };
      const { data, problems } = await graph.read(TopupOrdersDocument, terms);
      const page = data?.topupOrders;
      return { shown: page ? { ...withPage(before, page), total: page.totalCount } : null, problems };
    },
    [graph, filter],
  );
  return usePages(read);
}
