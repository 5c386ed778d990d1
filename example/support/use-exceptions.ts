import { useCallback } from 'react';
import { PaymentExceptionsDocument, type PaymentExceptionsQuery } from '../api/documents.ts';
import { useSession } from '../api/session.tsx';
import { type Pages, type PagesAnswer, usePages, withPage } from '../api/use-pages.ts';

export type PaymentException = NonNullable<PaymentExceptionsQuery['paymentExceptions']>['edges'][number]['node'];

const PAGE = 20;

/** Reads the payments that await an operator, of one organization or of all (null), page by page. */
export function useExceptions(organizationId: string | null) {
  const { graph } = useSession();
  const read = useCallback(
    async (before: Pages<PaymentException> | null): Promise<PagesAnswer<Pages<PaymentException>>> => {
      const terms = { organizationId, first: PAGE, after: before?.next ?? null };
      const { data, problems } = await graph.read(PaymentExceptionsDocument, terms);
      const page = data?.paymentExceptions;
      return { shown: page ? withPage(before, page) : null, problems };
    },
    [graph, organizationId],
  );
  return usePages(read);
}
