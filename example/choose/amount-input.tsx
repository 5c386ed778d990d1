import { type ChangeEvent, useId, useLayoutEffect, useRef } from 'react';
import { grouped, rupiah, times, typedDecimal } from '../format/money.ts';
import { BoundsHint, described } from './bounds-hint.tsx';
import { faultOf } from './check.ts';
import { fieldId, type InputProps } from './option-card.tsx';

const SHORTCUTS = [1, 2, 5] as const;

/** An input for rupiah that groups digits while one types. */
export function AmountInput({ option, quantity, isLocked, onChange, labelledBy, describedBy }: InputProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  /** The digits to the right of the caret, which separators do not change. */
  const digitsAfterCaret = useRef<number | undefined>(undefined);
  const shown = quantity && grouped(quantity);

  useLayoutEffect(() => {
    if (digitsAfterCaret.current === undefined || document.activeElement !== field.current) return;
    let caret = shown.length;
    for (let left = digitsAfterCaret.current; left > 0 && caret > 0; caret--) if (shown[caret - 1] !== '.') left--;
    if (shown[caret - 1] === '.') caret--;
    field.current?.setSelectionRange(caret, caret);
    digitsAfterCaret.current = undefined;
  });

  function type({ target }: ChangeEvent<HTMLInputElement>) {
    const caret = target.selectionStart ?? target.value.length;
    digitsAfterCaret.current = target.value.slice(caret).replace(/\D/g, '').length;
    onChange(typedDecimal(target.value));
  }

  const shortcuts = SHORTCUTS.map((factor) => String(times(option.minimum, factor))).filter(
    (amount) => faultOf(option, amount) === undefined,
  );
  return (
    <div className="field">
      <span className="prefixed">
        <span aria-hidden="true">Rp</span>
        <input
          ref={field}
          id={fieldId(option)}
          aria-labelledby={labelledBy}
          inputMode="numeric"
          autoComplete="off"
          readOnly={isLocked}
          value={shown}
          placeholder={grouped(option.minimum)}
          aria-invalid={describedBy !== undefined}
          aria-describedby={described(describedBy, `${id}-hint`)}
          onChange={type}
        />
      </span>
      <BoundsHint id={`${id}-hint`} option={option} />
      <span className="shortcuts">
        {shortcuts.map((amount) => (
          <button
            key={amount}
            type="button"
            className="small"
            aria-label={`${option.label}: ${rupiah(amount)}`}
            disabled={isLocked}
            onClick={() => onChange(amount)}
          >
            {rupiah(amount)}
          </button>
        ))}
      </span>
    </div>
  );
}
