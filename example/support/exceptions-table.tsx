import { useSession } from '../api/session.tsx';
import { rupiah } from '../format/money.ts';
import { dateTime } from '../format/time.ts';
import { Link, navigate } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import { SUPPORT_TEXT } from './text.ts';
import type { PaymentException } from './use-exceptions.ts';

export function ExceptionsTable({ rows }: { rows: readonly PaymentException[] }) {
  const { language } = useLanguage();
  const words = SUPPORT_TEXT[language];
  return (
    <table className="card orders support">
      <thead>
        <tr>
          <th scope="col">{words.order}</th>
          <th scope="col">{words.organization}</th>
          <th scope="col">{words.received}</th>
          <th scope="col">{words.reason}</th>
          <th scope="col">{words.detail}</th>
          <th scope="col">{words.amount}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <OrderLink exception={row} />
            </th>
            <td data-label={words.organization}>{row.order?.organization?.id ?? '–'}</td>
            <td data-label={words.received}>{dateTime(row.receivedAt, language)}</td>
            <td data-label={words.reason}>{words.exceptionReasons[row.reason]}</td>
            <td data-label={words.detail} lang="en">
              {row.detail ?? '–'}
            </td>
            <td data-label={words.amount}>{row.amount ? rupiah(row.amount) : row.currency}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Leads to the order in its organization. A payment of an unknown order shows its number only. */
function OrderLink({ exception: { order, orderNumber } }: { exception: PaymentException }) {
  const { visit } = useSession();
  if (order === null) return orderNumber;
  const to = { view: 'order' as const, orderId: order.id };
  function follow() {
    navigate(to);
    if (order?.organization) visit(order.organization.id);
  }
  return (
    <Link to={to} onFollow={follow}>
      {orderNumber}
    </Link>
  );
}
