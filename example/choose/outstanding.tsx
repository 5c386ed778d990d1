import type { ExcessUsage, TopupSpace } from '../api/types.ts';
import { grouped, rupiah } from '../format/money.ts';
import { billingPeriod } from '../format/time.ts';
import { Link } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';

interface Props {
  usages: readonly ExcessUsage[] | null;
  summary: TopupSpace['excessSummary'];
}

/** Shows usage beyond the quotas. The sum is the graph's, which knows whether it is all. */
export function Outstanding({ usages, summary }: Props) {
  const { text } = useLanguage();
  const words = text.choose.owed;
  const isComplete = summary?.isComplete ?? false;
  return (
    <section aria-labelledby="outstanding-title" className="outstanding">
      <h2 id="outstanding-title">{words.title}</h2>
      {(usages === null || summary === null) && <p className="empty">{words.unknown}</p>}
      {usages?.length === 0 && summary !== null && <p className="empty">{isComplete ? words.none : words.unknown}</p>}
      {usages && usages.length > 0 && (
        <div className="card">
          <p className="soft">{words.hint}</p>
          <ul className="plain rows">
            {usages.map((usage) => (
              <Usage key={usage.id} usage={usage} />
            ))}
            {summary && (
              <li className="sum">
                <span>
                  {text.common.total}
                  {summary.claimed.amount !== '0' && (
                    <span className="soft block">{words.claimed(rupiah(summary.claimed))}</span>
                  )}
                </span>
                <span className="number">
                  {isComplete ? rupiah(summary.total) : words.atLeast(rupiah(summary.total))}
                </span>
              </li>
            )}
          </ul>
          {summary && !isComplete && <p className="flag warn">{words.partial}</p>}
        </div>
      )}
    </section>
  );
}

function Usage({ usage }: { usage: ExcessUsage }) {
  const { text, language } = useLanguage();
  const { label, period, quantity, unitPrice, amount, claimedBy } = usage;
  return (
    <li>
      <span>
        <strong>{label}</strong>
        <span className="soft block">
          {billingPeriod(period, language)}
          {unitPrice.amount !== '1' && ` · ${text.choose.owed.usage(grouped(quantity), rupiah(unitPrice))}`}
        </span>
        {claimedBy && (
          <Link to={{ view: 'order', orderId: claimedBy.id }} className="block">
            {text.choose.owed.claimedBy(claimedBy.number)}
          </Link>
        )}
      </span>
      <span className="number">{rupiah(amount)}</span>
    </li>
  );
}
