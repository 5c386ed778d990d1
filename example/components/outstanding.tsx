import type { ExcessUsage } from '../api/types.ts';
import { grouped, rupiah, sum } from '../money.ts';
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
            {usages.map(({ code, label, period, quantity, unitPrice, amount }) => (
              <li key={`${code} ${period}`}>
                <span>
                  <strong>{label}</strong>
                  <span className="soft block">
                    {billingPeriod(period, language)}
                    {unitPrice.amount !== '1' && ` · ${grouped(quantity)} × ${rupiah(unitPrice)}`}
                  </span>
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
