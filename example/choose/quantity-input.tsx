import { useId } from 'react';
import { type Decimal, grouped, times, typedDecimal } from '../format/money.ts';
import { useLanguage } from '../text/language.tsx';
import { BoundsHint, described } from './bounds-hint.tsx';
import { fieldId, type InputProps } from './option-card.tsx';

/** An input for a number of units, with the resulting quota. */
export function QuantityInput({ option, quantity, isLocked, onChange, labelledBy, describedBy }: InputProps) {
  const { text } = useLanguage();
  const id = useId();
  const [minimum, step] = [BigInt(option.minimum), BigInt(option.step)];
  const now = BigInt(quantity || '0');

  const more = now < minimum ? minimum : now - (now % step) + step;
  const less = now > minimum ? now - (now % step || step) : 0n;
  const inBasket = (value: bigint): Decimal => (value > 0n ? String(value) : '');
  return (
    <div className="field">
      <span className="stepper">
        <button
          type="button"
          aria-label={`${text.choose.less}: ${option.label}`}
          disabled={isLocked || now === 0n}
          onClick={() => onChange(inBasket(less))}
        >
          −
        </button>
        <input
          id={fieldId(option)}
          aria-labelledby={labelledBy}
          inputMode="numeric"
          autoComplete="off"
          readOnly={isLocked}
          value={quantity && grouped(quantity)}
          placeholder="0"
          aria-invalid={describedBy !== undefined}
          aria-describedby={described(describedBy, `${id}-hint`)}
          onChange={(event) => onChange(typedDecimal(event.target.value))}
        />
        <button
          type="button"
          aria-label={`${text.choose.more}: ${option.label}`}
          disabled={isLocked || (option.maximum !== null && more > BigInt(option.maximum))}
          onClick={() => onChange(inBasket(more))}
        >
          +
        </button>
        {option.multiplier !== 1 && quantity && (
          <output htmlFor={fieldId(option)} className="soft">
            {text.choose.units(grouped(times(quantity, option.multiplier)))}
          </output>
        )}
      </span>
      <BoundsHint id={`${id}-hint`} option={option} />
    </div>
  );
}
