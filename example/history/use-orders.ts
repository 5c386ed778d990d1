import { useCallback, useEffect, useRef, useState } from 'react';
import { TopupOrdersDocument } from '../api/documents.ts';
import type { Problem } from '../api/problems.ts';
import { useSession } from '../api/session.tsx';
import { type Filter, type OrderRow, termsOf } from './walk.ts';

interface Shown {
  rows: OrderRow[];
  total: number;
  /** Where the next page begins; null at the end. */
  next: string | null;
}

const PAGE = 10;

/** Reads the orders that fit, newest first, page by page. */
export function useOrders(filter: Filter) {
  const { graph } = useSession();
  const [shown, setShown] = useState<Shown | null>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  const [isLoading, setLoading] = useState(true);
  const read = useCallback(
    async (before: Shown | null): Promise<{ shown: Shown | null; problems: Problem[] }> => {
      const terms = { ...termsOf(graph.organizationId, filter), first: PAGE, after: before?.next ?? null };
      const { data, problems: found } = await graph.read(TopupOrdersDocument, terms);
      const page = data?.topupOrders;
      if (!page) return { shown: null, problems: found };
      const rows = [...(before?.rows ?? []), ...page.edges.map(({ node }) => node)];
      const next = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      return { shown: { rows, total: page.totalCount, next }, problems: found };
    },
    [graph, filter],
  );
  const newest = useRef(0);
  const load = useCallback(
    async (before: Shown | null): Promise<void> => {
      newest.current += 1;
      const turn = newest.current;
      setLoading(true);
      const answer = await read(before);
      // A slower answer to an earlier filter, or its next page, does not replace this one's.
      if (turn !== newest.current) return;
      if (answer.shown) setShown(answer.shown);
      setProblems(answer.problems);
      setLoading(false);
    },
    [read],
  );
  useEffect(() => void load(null), [load]);
  return { shown, problems, isLoading, more: () => load(shown) };
}
