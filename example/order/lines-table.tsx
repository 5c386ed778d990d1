import type { Order, OrderLine } from '../api/types.ts';
import { grouped, rupiah } from '../format/money.ts';
import { day } from '../format/time.ts';
import { type AllText, useAllWords } from '../text/all-words.ts';
import type { Language } from '../text/language.tsx';
import { rowsOfTaxes } from './taxes.ts';

/** Settled excess comes first, then purchases. */
const settledFirst = (lines: readonly OrderLine[]) =>
  lines.toSorted((a, b) => Number(b.kind === 'EXCESS') - Number(a.kind === 'EXCESS'));

/** Returns "" for a line without a period: a purchase begins on the day of payment. */
function periodOf({ periodStart, periodEnd }: OrderLine, language: Language, text: AllText): string {
  if (periodStart === null) return periodEnd === null ? '' : `${text.common.validUntil} ${day(periodEnd, language)}`;
  if (periodEnd === null) return text.order.from(day(periodStart, language));
  return `${day(periodStart, language)} – ${day(periodEnd, language)}`;
}

interface Props {
  order: Order;
  /** The name of the total; by default it is still to be paid. */
  totalLabel?: string;
}

/** Shows an order's lines and totals. On a narrow screen each line is a block with its own labels. */
export function LinesTable({ order, totalLabel }: Props) {
  const { text } = useAllWords();
  const taxes = rowsOfTaxes(order, text);
  const totals = [
    ...(order.excessTotal.amount === '0'
      ? []
      : [
          { label: text.order.excessTotal, money: rupiah(order.excessTotal) },
          { label: text.order.topupTotal, money: rupiah(order.topupTotal) },
        ]),
    ...taxes,
  ];
  return (
    <table className="lines">
      <thead>
        <tr>
          <th scope="col">{text.order.item}</th>
          <th scope="col">{text.order.quantity}</th>
          <th scope="col">{text.order.unitPrice}</th>
          <th scope="col">{text.order.credits}</th>
          <th scope="col">{text.order.amount}</th>
        </tr>
      </thead>
      <tbody>
        {settledFirst(order.lines).map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </tbody>
      <tfoot>
        {totals.map(({ label, money }) => (
          <tr key={label}>
            <th scope="row" colSpan={4}>
              {label}
            </th>
            <td>{money}</td>
          </tr>
        ))}
        <tr className="grand">
          <th scope="row" colSpan={4}>
            {totalLabel ?? text.order.toPay}
          </th>
          <td>{rupiah(order.payable)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

function Line({ line }: { line: OrderLine }) {
  const { text, language } = useAllWords();
  // A quota in rupiah costs what it adds: "1.000.000 × Rp1" tells nobody anything.
  const isRupiah = line.unitPrice.amount === '1';
  return (
    <tr>
      <th scope="row">
        {line.label}
        {line.kind === 'EXCESS' && <span className="badge warn">{text.common.excess}</span>}
        <span className="soft block">{periodOf(line, language, text)}</span>
      </th>
      <td data-label={text.order.quantity}>{isRupiah ? rupiah(line.quantity) : grouped(line.quantity)}</td>
      <td data-label={text.order.unitPrice} className={isRupiah ? 'none' : ''}>
        {isRupiah ? '–' : rupiah(line.unitPrice)}
      </td>
      <td data-label={text.order.credits} className={line.kind === 'EXCESS' ? 'none' : ''}>
        {line.kind === 'EXCESS' ? '–' : `+${isRupiah ? rupiah(line.credits) : grouped(line.credits)}`}
      </td>
      <td data-label={text.order.amount}>{rupiah(line.amount)}</td>
    </tr>
  );
}
