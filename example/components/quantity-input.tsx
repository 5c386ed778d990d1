import { useId } from 'react';
import { type Decimal, grouped, times, typedDecimal } from '../money.ts';
import { useLanguage } from '../text/language.tsx';
import { fieldId, type InputProps } from './option-card.tsx';

/** An input for a number of units, with the resulting quota. */
export function QuantityInput({ option, quantity, onChange, labelledBy, describedBy }: InputProps) {
  const { text } = useLanguage();
  const id = useId();
  const [minimum, step] = [BigInt(option.minimum), BigInt(option.step)];
  const maximum = option.maximum === null ? undefined : BigInt(option.maximum);
  const now = BigInt(quantity || '0');

  const more = now < minimum ? minimum : now + step;
  const less = now > minimum ? now - step : 0n;
  const inBasket = (value: bigint): Decimal => (value > 0n ? String(value) : '');
  return (
    <div className="field">
      <span className="stepper">
        <button
          type="button"
          aria-label={`${text.less}: ${option.label}`}
          disabled={now === 0n}
          onClick={() => onChange(inBasket(less))}
        >
          −
        </button>
        <input
          id={fieldId(option)}
          aria-labelledby={labelledBy}
          inputMode="numeric"
          autoComplete="off"
          value={quantity}
          placeholder="0"
          aria-invalid={describedBy !== undefined}
          aria-describedby={describedBy ?? `${id}-hint`}
          onChange={(event) => onChange(typedDecimal(event.target.value))}
        />
        <button
          type="button"
          aria-label={`${text.more}: ${option.label}`}
          disabled={maximum !== undefined && more > maximum}
          onClick={() => onChange(inBasket(more))}
        >
          +
        </button>
        {option.multiplier !== 1 && (
          <output htmlFor={fieldId(option)} className="credits">
            {quantity ? `× ${grouped(BigInt(option.multiplier))} = ` : '1 = '}
            <strong>{grouped(times(quantity || '1', option.multiplier))}</strong> {text.credits.toLowerCase()}
          </output>
        )}
      </span>
      <span className="hint" id={`${id}-hint`}>
        {text.minimum(grouped(minimum))}
        {maximum !== undefined && ` · ${text.maximum(grouped(maximum))}`}
        {step !== 1n && ` · ${text.step(grouped(step))}`}
      </span>
    </div>
  );
}
