import type { TopupOption } from '../api/types.ts';
import { type Decimal, grouped, rupiah, times } from '../format/money.ts';
import { dayOf, daysUntil } from '../format/time.ts';
import { type Text, useLanguage } from '../text/language.tsx';
import { balanceIn } from './balances.tsx';

interface Props {
  option: TopupOption;
  /** A valid quantity, or "". */
  quantity: Decimal;
}

/** Shows the price, the validity, and the balance before and after. */
export function OptionFacts({ option, quantity }: Props) {
  const { text, language } = useLanguage();
  const { balance, quotaType, validUntil } = option;
  const price = priceOf(option, text);
  const days = validUntil === null ? undefined : daysUntil(validUntil);
  const after = balance && quantity ? BigInt(balance.balance) + times(quantity, option.multiplier) : undefined;
  return (
    <>
      <dl className="facts">
        {price && (
          <div>
            <dt>{text.choose.unitPrice}</dt>
            <dd>{price}</dd>
          </div>
        )}
        <div>
          <dt>{text.common.validUntil}</dt>
          <dd>
            {validUntil === null ? (quotaType === 'CONTRACT' ? '–' : text.choose.forever) : dayOf(validUntil, language)}
            {validUntil !== null && <span className="soft block">{text.choose.ends[quotaType]}</span>}
          </dd>
        </div>
        {balance && (
          <div className="balance">
            <dt>{after === undefined ? text.choose.balance : text.choose.balanceAfter}</dt>
            <dd>
              {after !== undefined && (
                <>
                  <s>{balanceIn(balance)(balance.balance)}</s> <span aria-hidden="true">→</span>{' '}
                </>
              )}
              {balanceIn(balance)(after ?? balance.balance)}
            </dd>
          </div>
        )}
      </dl>
      {days !== undefined && days <= 7 && <p className="flag warn">{text.choose.endsSoon(days)}</p>}
    </>
  );
}

/** Rupiah have no unit price: what is paid is what is added. */
function priceOf({ input, unitPrice, multiplier }: TopupOption, text: Text): string | undefined {
  if (input === 'AMOUNT') return undefined;
  if (multiplier === 1) return text.choose.perUnit(rupiah(unitPrice));
  return text.choose.perPack(rupiah(unitPrice), grouped(String(multiplier)));
}
