import type { QuotaBalance } from '../api/types.ts';
import { balanceIn } from '../choose/balances.tsx';
import { grouped } from '../format/money.ts';
import { dateTime } from '../format/time.ts';
import { Link } from '../route.tsx';
import { useAllWords } from '../text/all-words.ts';
import type { Entry } from './use-ledger.ts';

interface Props {
  entries: readonly Entry[];
  balances: readonly QuotaBalance[];
}

export function EntriesTable({ entries, balances }: Props) {
  const { text } = useAllWords();
  const words = text.statement;
  const quotas = new Map(balances.map((balance) => [balance.code, balance]));
  return (
    <table className="card orders entries">
      <thead>
        <tr>
          <th scope="col">{words.at}</th>
          <th scope="col">{words.quota}</th>
          <th scope="col">{words.kind}</th>
          <th scope="col">{words.order}</th>
          <th scope="col">{words.change}</th>
          <th scope="col">{words.balanceAfter}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={entry.id} entry={entry} quota={quotas.get(entry.code)} />
        ))}
      </tbody>
    </table>
  );
}

/** A quota that the organization no longer has is shown by its code. */
function Row({ entry, quota }: { entry: Entry; quota: QuotaBalance | undefined }) {
  const { text, language } = useAllWords();
  const words = text.statement;
  const { at, code, kind, quantity, balanceAfter, order, reason } = entry;
  const units = quota ? balanceIn(quota) : grouped;
  const isSettlement = kind === 'EXCESS_SETTLEMENT';
  return (
    <tr>
      <th scope="row">{dateTime(at, language)}</th>
      <td data-label={words.quota}>{quota?.label ?? code}</td>
      <td data-label={words.kind}>
        <span>
          {words.kinds[kind] ?? kind}
          {(isSettlement || reason) && (
            <span className="soft block">
              {[isSettlement && words.settled(units(quantity)), reason].filter(Boolean).join(' · ')}
            </span>
          )}
        </span>
      </td>
      <td data-label={words.order}>
        {order ? <Link to={{ view: 'order', orderId: order.id }}>{order.number}</Link> : '–'}
      </td>
      <td data-label={words.change}>
        {isSettlement ? <span className="soft">{words.unchanged}</span> : signed(units(quantity))}
      </td>
      <td data-label={words.balanceAfter}>{units(balanceAfter)}</td>
    </tr>
  );
}

/** The minus is the real one, as wide as the plus. */
const signed = (units: string) => (units.startsWith('-') ? `−${units.slice(1)}` : `+${units}`);
