import type { ExcessUsage } from '../api/types.ts';
import { grouped, rupiah, sum } from '../money.ts';
import { Link } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import { billingPeriod } from '../time.ts';

/** Usage beyond the quotas that is not settled yet. */
export function Outstanding({ usages }: { usages: readonly ExcessUsage[] }) {
  const { text, language } = useLanguage();
  const total = sum(usages.map(({ amount }) => BigInt(amount.amount)));
  return (
    <section aria-labelledby="outstanding-title" className="outstanding">
      <h2 id="outstanding-title">{text.outstanding}</h2>
      {usages.length === 0 ? (
        <p className="empty">{text.nothingOwed}</p>
      ) : (
        <div className="card">
          <p className="soft">{text.outstandingHint}</p>
          <ul className="plain rows">
            {usages.map(({ id, label, period, quantity, unitPrice, amount, claimedBy }) => (
              <li key={id}>
                <span>
                  <strong>{label}</strong>
                  <span className="soft block">
                    {billingPeriod(period, language)}
                    {unitPrice.amount !== '1' && ` · ${grouped(quantity)} × ${rupiah(unitPrice)}`}
                  </span>
                  {claimedBy && (
                    <Link to={{ view: 'order', orderId: claimedBy.id }}>{text.claimedBy(claimedBy.number)}</Link>
                  )}
                </span>
                <span className="number">{rupiah(amount)}</span>
              </li>
            ))}
            <li className="sum">
              <span>{text.total}</span>
              <span className="number">{rupiah(total)}</span>
            </li>
          </ul>
        </div>
      )}
    </section>
  );
}
