import type { Order } from '../api/types.ts';
import { rupiah } from '../format/money.ts';
import { useAllWords } from '../text/all-words.ts';
import { rowsOfTaxes } from './taxes.ts';

/** Lists the amounts of an order and their sum, for a dialog. */
export function SumList({ order }: { order: Order }) {
  const { text } = useAllWords();
  return (
    <ul className="plain rows">
      {order.lines.map((line) => (
        <li key={line.id}>
          <span>
            {line.label}
            {line.kind === 'EXCESS' && <span className="soft block">{text.common.excess}</span>}
          </span>
          <span className="number">{rupiah(line.amount)}</span>
        </li>
      ))}
      {rowsOfTaxes(order, text).map(({ label, money }) => (
        <li key={label}>
          <span>{label}</span>
          <span className="number">{money}</span>
        </li>
      ))}
      <li className="sum">
        <span>{text.order.toPay}</span>
        <span className="number">{rupiah(order.payable)}</span>
      </li>
    </ul>
  );
}
