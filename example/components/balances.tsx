import type { QuotaBalance, TopupOption } from '../api/types.ts';
import { grouped, rupiah } from '../money.ts';
import { useLanguage } from '../text/language.tsx';

interface Props {
  balances: readonly QuotaBalance[];
  options: readonly TopupOption[];
}

/** Shows the credits of top-ups: offered quotas first (0 included), then quotas that are no longer offered. */
export function Balances({ balances, options }: Props) {
  const { text } = useLanguage();
  const credited = new Map(balances.map(({ code, balance }) => [code, balance]));
  const offered = options.map(({ code, label, input, balance }) => ({
    code,
    label,
    isRupiah: input === 'AMOUNT',
    value: credited.get(code) ?? balance?.balance ?? '0',
  }));
  const offeredCodes = new Set(offered.map(({ code }) => code));
  const others = balances
    .filter(({ code }) => !offeredCodes.has(code))
    .map(({ code, balance }) => ({ code, label: code.replaceAll('_', ' '), isRupiah: false, value: balance }));
  const rows = [...offered, ...others];
  return (
    <section aria-labelledby="balances-title">
      <h2 id="balances-title">{text.balances}</h2>
      {rows.length === 0 && <p className="empty">{text.noBalances}</p>}
      <dl className="balances">
        {rows.map(({ code, label, isRupiah, value }) => (
          <div key={code} data-code={code}>
            <dt>{label}</dt>
            <dd>{isRupiah ? rupiah(value) : grouped(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
