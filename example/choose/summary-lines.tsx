import { grouped, rupiah } from '../format/money.ts';
import { useLanguage } from '../text/language.tsx';
import type { BasketLine } from './basket.ts';
import { faultOf } from './check.ts';

export function SummaryLines({ lines }: { lines: readonly BasketLine[] }) {
  const { text } = useLanguage();
  if (lines.length === 0) return null;
  return (
    <ul className="plain rows">
      {lines.map(({ option, quantity, amount, excess }) => (
        <li key={option.id} className={faultOf(option, quantity) ? 'wrong' : ''}>
          <span>
            {option.label}
            {faultOf(option, quantity) && <span className="fault soft block">{text.choose.wrong}</span>}
            {option.input !== 'AMOUNT' && <span className="soft block">× {grouped(quantity)}</span>}
            {excess > 0n && <span className="soft block">{text.common.excess}</span>}
          </span>
          <span className="number">
            {rupiah(amount)}
            {excess > 0n && <span className="block">+ {rupiah(excess)}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
