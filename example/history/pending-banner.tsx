import { useEffect, useState } from 'react';
import { TopupOrdersDocument } from '../api/documents.ts';
import { useSession } from '../api/session.tsx';
import { Link } from '../route.tsx';
import { useAllWords } from '../text/all-words.ts';
import type { OrderRow } from './use-orders.ts';

export interface Pending {
  count: number;
  newest: OrderRow | undefined;
}

/** Reads how many orders await their payment; undefined until it is known. A failed read counts as none. */
export function usePending(): Pending | undefined {
  const { graph } = useSession();
  const [pending, setPending] = useState<Pending>();
  useEffect(() => {
    const { organizationId } = graph;
    const terms = { organizationId, first: 1, after: null, status: ['PENDING_PAYMENT' as const] };
    void graph.read(TopupOrdersDocument, terms).then(({ data }) => {
      const page = data?.topupOrders;
      setPending({ count: page?.totalCount ?? 0, newest: page?.edges[0]?.node });
    });
  }, [graph]);
  return pending;
}

/** Says how many orders await their payment. One is linked; several are listed by the button. */
export function PendingBanner({ pending, onShow }: { pending: Pending; onShow: () => void }) {
  const { text } = useAllWords();
  if (pending.count === 0) return null;
  return (
    <p className="pending" role="status">
      {text.history.awaiting(pending.count)}{' '}
      {pending.count === 1 && pending.newest ? (
        <Link to={{ view: 'order', orderId: pending.newest.id }}>{text.history.openPending}</Link>
      ) : (
        <button type="button" onClick={onShow}>
          {text.history.showPending}
        </button>
      )}
    </p>
  );
}
