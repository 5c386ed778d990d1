import { rupiah } from '../format/money.ts';
import { dateTime } from '../format/time.ts';
import { Link } from '../route.tsx';
import { useAllWords } from '../text/all-words.ts';
import { StatusBadge } from '../ui/status-badge.tsx';
import type { OrderRow } from './use-orders.ts';

export const orderedBy = ({ createdBy }: OrderRow) => createdBy?.name ?? createdBy?.subject ?? '–';

export function OrdersTable({ rows }: { rows: readonly OrderRow[] }) {
  const { text, language } = useAllWords();
  const words = text.history;
  return (
    <table className="card orders">
      <thead>
        <tr>
          <th scope="col">{text.order.order}</th>
          <th scope="col">{words.created}</th>
          <th scope="col">{words.orderedBy}</th>
          <th scope="col">{words.status}</th>
          <th scope="col">{words.invoice}</th>
          <th scope="col">{text.common.total}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((node) => (
          <tr key={node.id}>
            <th scope="row">
              <Link to={{ view: 'order', orderId: node.id }}>{node.number}</Link>
            </th>
            <td data-label={words.created}>{dateTime(node.createdAt, language)}</td>
            <td data-label={words.orderedBy}>{orderedBy(node)}</td>
            <td data-label={words.status}>
              <StatusBadge status={node.status} />
            </td>
            <td data-label={words.invoice}>{node.paidInvoiceNumber ?? '–'}</td>
            <td data-label={text.common.total}>{rupiah(node.total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
