import type { Order, OrderLine } from '../api/types.ts';
import { grouped, rupiah } from '../money.ts';
import type { Text } from '../text/id.ts';
import { type Language, useLanguage } from '../text/language.tsx';
import { day } from '../time.ts';

/** Settled excess comes first, then purchases. */
const settledFirst = (lines: readonly OrderLine[]) =>
  lines.toSorted((a, b) => Number(b.kind === 'EXCESS') - Number(a.kind === 'EXCESS'));

/** Returns "" for a line without a period: a purchase begins on the day of payment. */
function periodOf({ periodStart, periodEnd }: OrderLine, language: Language, text: Text): string {
  if (periodStart === null) return periodEnd === null ? '' : `${text.validUntil} ${day(periodEnd, language)}`;
  if (periodEnd === null) return text.from(day(periodStart, language));
  return `${day(periodStart, language)} – ${day(periodEnd, language)}`;
}

/** Shows an order's lines and totals. On a narrow screen each line is a block with its own labels. */
export function LinesTable({ order }: { order: Order }) {
  const { text, language } = useLanguage();
  const totals = [
    ...(order.excessTotal.amount === '0' ? [] : [{ label: text.excessTotal, money: order.excessTotal }]),
    { label: text.topupTotal, money: order.topupTotal },
  ];
  return (
    <table className="lines">
      <thead>
        <tr>
          <th scope="col">{text.item}</th>
          <th scope="col">{text.quantity}</th>
          <th scope="col">{text.unitPrice}</th>
          <th scope="col">{text.credits}</th>
          <th scope="col">{text.amount}</th>
        </tr>
      </thead>
      <tbody>
        {settledFirst(order.lines).map((line) => (
          <tr key={line.id} data-kind={line.kind} data-code={line.code}>
            <th scope="row">
              {line.label}
              {line.kind === 'EXCESS' && <span className="badge warn">{text.excessLine}</span>}
              <span className="soft block">{periodOf(line, language, text)}</span>
            </th>
            <td data-label={text.quantity}>{grouped(line.quantity)}</td>
            <td data-label={text.unitPrice}>{rupiah(line.unitPrice)}</td>
            <td data-label={text.credits}>{line.kind === 'EXCESS' ? '–' : `+${grouped(line.credits)}`}</td>
            <td data-label={text.amount}>{rupiah(line.amount)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        {totals.map(({ label, money }) => (
          <tr key={label}>
            <th scope="row" colSpan={4}>
              {label}
            </th>
            <td>{rupiah(money)}</td>
          </tr>
        ))}
        <tr className="grand">
          <th scope="row" colSpan={4}>
            {order.paidAt === null ? text.toPay : text.paidTotal}
          </th>
          <td data-total={order.total.amount}>{rupiah(order.total)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
