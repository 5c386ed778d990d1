import { useCallback } from 'react';
import { QuotaLedgerDocument, type QuotaLedgerQuery } from '../api/documents.ts';
import { useSession } from '../api/session.tsx';
import type { QuotaBalance } from '../api/types.ts';
import { type Pages, type PagesAnswer, usePages, withPage } from '../api/use-pages.ts';
import { useLanguage } from '../text/language.tsx';

type Space = NonNullable<QuotaLedgerQuery['topupOrganization']>;
export type Entry = NonNullable<Space['quotaLedger']>['edges'][number]['node'];

interface Shown extends Pages<Entry> {
  balances: readonly QuotaBalance[];
}

const PAGE = 20;

/** Reads the statement of one quota, or of all ("" for all), newest first, page by page. */
export function useLedger(code: string) {
  const { graph } = useSession();
  const { inGraph: language } = useLanguage();
  const read = useCallback(
    async (before: Shown | null): Promise<PagesAnswer<Shown>> => {
      const { organizationId } = graph;
      const terms = { organizationId, first: PAGE, after: before?.next ?? null, code: code || null, language };
      const { data, problems } = await graph.read(QuotaLedgerDocument, terms);
      const page = data?.topupOrganization?.quotaLedger;
      const balances = data?.topupOrganization?.quotaBalances ?? before?.balances ?? [];
      return { shown: page ? { ...withPage(before, page), balances } : null, problems };
    },
    [graph, code, language],
  );
  return usePages(read);
}
