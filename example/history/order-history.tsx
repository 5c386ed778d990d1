import { useState } from 'react';
import { useSession } from '../api/session.tsx';
import { Link } from '../route.tsx';
import { useAllWords } from '../text/all-words.ts';
import { Heading } from '../ui/heading.tsx';
import { Problems } from '../ui/problems.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { download } from './csv.ts';
import { Drafts } from './drafts.tsx';
import { HistoryFilter, ORDERS } from './history-filter.tsx';
import { isNarrow, type OrderFilter } from './order-filter.ts';
import { ordersCsv } from './orders-csv.ts';
import { OrdersTable } from './orders-table.tsx';
import { PendingBanner, usePending } from './pending-banner.tsx';
import { readAllOrders } from './read-all-orders.ts';
import { useOrders } from './use-orders.ts';

/** Lists orders, newest first, by state, day and number, and gives them as CSV. */
export function OrderHistory() {
  const { text } = useAllWords();
  const { graph, organization } = useSession();
  const [filter, setFilter] = useState<OrderFilter>({ status: ORDERS, from: '', to: '', number: '' });
  const { shown: read, problems, isLoading, more } = useOrders(filter);
  const pending = usePending();
  // Both at once, so that nothing jumps.
  const shown = pending === undefined ? null : read;
  const isWaiting = isLoading || pending === undefined;
  const words = text.history;
  const isOfAll = filter.status === ORDERS && !isNarrow(filter);

  /** Saves all that the filter selects, also rows that are not on the screen. */
  async function saveCsv() {
    const { rows } = await readAllOrders(graph, filter);
    download(`${words.fileName}-${organization.id}.csv`, ordersCsv(rows, text));
  }

  return (
    <>
      <Heading title={text.common.orders} />
      <HistoryFilter filter={filter} onChange={setFilter} />
      <Problems problems={problems} onRetry={() => setFilter({ ...filter })} />
      {shown && pending && (
        <PendingBanner pending={pending} onShow={() => setFilter({ ...filter, status: ['PENDING_PAYMENT'] })} />
      )}
      {!shown && isWaiting && <Skeleton shape="list" />}
      {shown?.rows.length === 0 && (
        <p className="empty">
          {isOfAll ? words.noOrders : words.noneFits}{' '}
          {isOfAll && <Link to={{ view: 'topup' }}>{text.choose.title}</Link>}
        </p>
      )}
      {shown && shown.rows.length > 0 && <OrdersTable rows={shown.rows} />}
      {shown && (
        <div className="more">
          <p className="soft" role="status">
            {shown.total > 0 && words.shown(shown.rows.length, shown.total)}
          </p>
          {shown.next !== null && (
            <button type="button" disabled={isLoading} onClick={more}>
              {words.loadMore}
            </button>
          )}
          {shown.rows.length > 0 && (
            <button type="button" onClick={() => void saveCsv()}>
              {words.csv}
            </button>
          )}
        </div>
      )}
      {isOfAll && <Drafts />}
    </>
  );
}
