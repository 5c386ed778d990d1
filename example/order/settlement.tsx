import type { Order } from '../api/types.ts';
import { grouped, rupiah } from '../format/money.ts';
import { useAllWords } from '../text/all-words.ts';

type Settlement = Order['settlementPreview'][number];

/** Shows each quota before and after the order: a preview until it is paid. */
export function SettlementTable({ order }: { order: Order }) {
  const { text } = useAllWords();
  const rows = order.settlementPreview;
  const owes = rows.some(({ owed }) => owed !== '0');
  if (rows.length === 0) return null;
  const isEntered = order.paidAt !== null;
  const words = text.order.settlement;
  return (
    <>
      <table className="lines settlement">
        <caption>{isEntered ? words.entered : words.preview}</caption>
        <thead>
          <tr>
            <th scope="col">{words.quota}</th>
            <th scope="col">{isEntered ? words.before : words.now}</th>
            {owes && <th scope="col">{words.cleared}</th>}
            <th scope="col">{words.added}</th>
            <th scope="col">{words.after}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.code} row={row} owes={owes} order={order} />
          ))}
        </tbody>
      </table>
      {rows.some(({ owed, cleared }) => owed !== cleared) && <p className="flag quiet">{words.rest}</p>}
    </>
  );
}

function Row({ row, owes, order }: { row: Settlement; owes: boolean; order: Order }) {
  const { text } = useAllWords();
  const words = text.order.settlement;
  const isRupiah = order.lines.some(({ code, unitPrice }) => code === row.code && unitPrice.amount === '1');
  const units = isRupiah ? rupiah : grouped;
  return (
    <tr>
      <th scope="row">{row.label}</th>
      <td data-label={order.paidAt === null ? words.now : words.before}>{units(row.balanceBefore)}</td>
      {owes && (
        <td data-label={words.cleared} className={row.owed === '0' ? 'none' : ''}>
          {row.owed === '0'
            ? '–'
            : row.cleared === row.owed
              ? units(row.cleared)
              : words.of(units(row.cleared), units(row.owed))}
        </td>
      )}
      <td data-label={words.added}>+{units(row.added)}</td>
      <td data-label={words.after}>
        <strong>{units(row.balanceAfter)}</strong>
      </td>
    </tr>
  );
}
