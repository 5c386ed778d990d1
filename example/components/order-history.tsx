import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { ORDERS } from '../api/operations.ts';
import { problemsOf } from '../api/problems.ts';
import { ORDER_STATUSES, type OrderStatus } from '../api/types.ts';
import { rupiah } from '../money.ts';
import { Link } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import { dateTime } from '../time.ts';
import { Heading } from './heading.tsx';
import { Loading } from './loading.tsx';
import { Problems } from './problems.tsx';
import { StatusBadge } from './status-badge.tsx';

const PAGE = 10;

/** Lists orders of one status or all, newest first, in Relay pages. */
export function OrderHistory() {
  const { text, language } = useLanguage();
  const [status, setStatus] = useState<OrderStatus | null>(null);
  const { data, error, loading, fetchMore, refetch } = useQuery(ORDERS, {
    variables: { first: PAGE, status: status && [status] },
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  const orders = data?.topupOrders;
  const after = orders?.pageInfo.endCursor;
  return (
    <>
      <Heading title={text.orders} />
      <fieldset className="filter">
        <legend className="hidden">{text.status}</legend>
        {[null, ...ORDER_STATUSES].map((choice) => (
          <button key={choice} type="button" aria-pressed={status === choice} onClick={() => setStatus(choice)}>
            {choice === null ? text.all : text.statuses[choice]}
          </button>
        ))}
      </fieldset>
      <Problems problems={problemsOf(error)} onRetry={() => void refetch()} />
      {!orders && loading && <Loading />}
      {orders?.edges.length === 0 && <p className="empty">{text.noOrders}</p>}
      {orders && orders.edges.length > 0 && (
        <table className="card orders">
          <thead>
            <tr>
              <th scope="col">{text.order}</th>
              <th scope="col">{text.created}</th>
              <th scope="col">{text.status}</th>
              <th scope="col">{text.invoice}</th>
              <th scope="col">{text.total}</th>
            </tr>
          </thead>
          <tbody>
            {orders.edges.map(({ node }) => (
              <tr key={node.id}>
                <th scope="row">
                  <Link to={{ view: 'order', orderId: node.id }}>{node.number}</Link>
                </th>
                <td data-label={text.created}>{dateTime(node.createdAt, language)}</td>
                <td data-label={text.status}>
                  <StatusBadge status={node.status} />
                </td>
                <td data-label={text.invoice}>{node.paidInvoiceNumber ?? '–'}</td>
                <td data-label={text.total}>{rupiah(node.total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {orders && (
        <div className="more">
          <p className="soft" role="status">
            {text.shown(orders.edges.length, orders.totalCount)}
          </p>
          {orders.pageInfo.hasNextPage && (
            <button type="button" disabled={loading} onClick={() => void fetchMore({ variables: { after } })}>
              {text.loadMore}
            </button>
          )}
        </div>
      )}
    </>
  );
}
