import type { QuotaBalance } from '../api/types.ts';
import { grouped, rupiah } from '../format/money.ts';
import { useLanguage } from '../text/language.tsx';

export const balanceIn = ({ unit }: QuotaBalance) => (unit === 'RUPIAH' ? rupiah : grouped);

/** Lists the organization's quotas with what is left of each. */
export function Balances({ balances }: { balances: readonly QuotaBalance[] }) {
  const { text } = useLanguage();
  return (
    <section aria-labelledby="balances-title">
      <h2 id="balances-title">{text.choose.balances}</h2>
      {balances.length === 0 && <p className="empty">{text.choose.noBalances}</p>}
      {balances.length > 0 && (
        <dl className="balances">
          {balances.map((one) => (
            <div key={one.id}>
              <dt>{one.label}</dt>
              <dd>{balanceIn(one)(one.balance)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
