import { useEffect, useState } from 'react';
import { TopupOrdersDocument } from '../api/documents.ts';
import { useSession } from '../api/session.tsx';
import { useAllWords } from '../text/all-words.ts';
import { OrdersTable } from './orders-table.tsx';
import type { OrderRow } from './use-orders.ts';

const NEWEST = 5;

/** The newest drafts, apart from the orders: nobody has placed them yet. */
export function Drafts() {
  const { graph } = useSession();
  const { text } = useAllWords();
  const [rows, setRows] = useState<readonly OrderRow[]>([]);
  useEffect(() => {
    const terms = { organizationId: graph.organizationId, first: NEWEST, after: null, status: ['DRAFT' as const] };
    void graph.read(TopupOrdersDocument, terms).then(({ data }) => {
      setRows(data?.topupOrders?.edges.map(({ node }) => node) ?? []);
    });
  }, [graph]);
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="drafts">
      <h2 id="drafts">{text.history.drafts}</h2>
      <OrdersTable rows={rows} />
    </section>
  );
}
