import { useCallback, useEffect, useRef, useState } from 'react';
import { QuotaLedgerDocument, type QuotaLedgerQuery } from '../api/documents.ts';
import type { Problem } from '../api/problems.ts';
import { useSession } from '../api/session.tsx';
import type { QuotaBalance } from '../api/types.ts';
import { useLanguage } from '../text/language.tsx';

type Space = NonNullable<QuotaLedgerQuery['topupOrganization']>;
export type Entry = NonNullable<Space['quotaLedger']>['edges'][number]['node'];

interface Shown {
  entries: Entry[];
  balances: readonly QuotaBalance[];
  /** Where the next page begins; null at the end. */
  next: string | null;
}

const PAGE = 20;

/** Reads the statement of one quota, or of all ("" for all), newest first, page by page. */
export function useLedger(code: string) {
  const { graph } = useSession();
  const { inGraph: language } = useLanguage();
  const [shown, setShown] = useState<Shown | null>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  const [isLoading, setLoading] = useState(true);
  const read = useCallback(
    async (before: Shown | null): Promise<{ shown: Shown | null; problems: Problem[] }> => {
      const { organizationId } = graph;
      const terms = { organizationId, first: PAGE, after: before?.next ?? null, code: code || null, language };
      const { data, problems: found } = await graph.read(QuotaLedgerDocument, terms);
      const page = data?.topupOrganization?.quotaLedger;
      if (!page) return { shown: null, problems: found };
      const entries = [...(before?.entries ?? []), ...page.edges.map(({ node }) => node)];
      const next = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      const balances = data?.topupOrganization?.quotaBalances ?? before?.balances ?? [];
      return { shown: { entries, balances, next }, problems: found };
    },
    [graph, code, language],
  );
  const newest = useRef(0);
  const load = useCallback(
    async (before: Shown | null): Promise<void> => {
      newest.current += 1;
      const turn = newest.current;
      setLoading(true);
      const answer = await read(before);
      // A slower answer for an earlier quota, or its next page, does not replace this one's.
      if (turn !== newest.current) return;
      if (answer.shown) setShown(answer.shown);
      setProblems(answer.problems);
      setLoading(false);
    },
    [read],
  );
  useEffect(() => void load(null), [load]);
  return { shown, problems, isLoading, more: () => load(shown), again: () => load(null) };
}
