import { useCallback, useEffect, useRef, useState } from 'react';
import type { Problem } from './problems.ts';

/** The pages of a list that have been read, as one. */
export interface Pages<Row> {
  rows: readonly Row[];
  /** The cursor of the next page; null at the end. */
  next: string | null;
}

interface Connection<Row> {
  edges: readonly { node: Row }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface PagesAnswer<Shown> {
  /** Null after a failure. */
  shown: Shown | null;
  problems: Problem[];
}

export function withPage<Row>(before: Pages<Row> | null, { edges, pageInfo }: Connection<Row>): Pages<Row> {
  const rows = [...(before?.rows ?? []), ...edges.map(({ node }) => node)];
  return { rows, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

/**
 * Reads a list page by page. `read` answers the pages `before` with the next one, or the first page for null; the list begins anew with
 * another `read`. A page that failed leaves the ones before on the screen.
 */
export function usePages<Shown>(read: (before: Shown | null) => Promise<PagesAnswer<Shown>>) {
  const [shown, setShown] = useState<Shown | null>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  const [isLoading, setLoading] = useState(true);
  const newest = useRef(0);
  const load = useCallback(
    async (before: Shown | null): Promise<void> => {
      newest.current += 1;
      const turn = newest.current;
      setLoading(true);
      const answer = await read(before);
      // A slower answer to an earlier read, or its next page, does not replace this one's.
      if (turn !== newest.current) return;
      if (answer.shown) setShown(answer.shown);
      setProblems(answer.problems);
      setLoading(false);
    },
    [read],
  );
  useEffect(() => void load(null), [load]);
  return { shown, problems, isLoading, more: () => void load(shown), again: () => void load(null) };
}
