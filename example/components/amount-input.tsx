import { type ChangeEvent, useId, useLayoutEffect, useRef } from 'react';
import { grouped, rupiah, times, typedDecimal } from '../money.ts';
import { useLanguage } from '../text/language.tsx';
import { fieldId, type InputProps } from './option-card.tsx';

const SHORTCUTS = [1, 2, 5] as const;

/** An input for rupiah that groups digits. Shows bounds without enforcing them: the service's refusal names a right amount. */
export function AmountInput({ option, quantity, onChange, labelledBy, describedBy }: InputProps) {
  const { text } = useLanguage();
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

  const shortcuts = SHORTCUTS.map((factor) => times(option.minimum, factor)).filter(
    (amount) => amount > 0n && (option.maximum === null || amount <= BigInt(option.maximum)),
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
          value={shown}
          placeholder={grouped(option.minimum)}
          aria-invalid={describedBy !== undefined}
          aria-describedby={describedBy ?? `${id}-hint`}
          onChange={type}
        />
      </span>
      <span className="hint" id={`${id}-hint`}>
        {text.minimum(rupiah(option.minimum))}
        {option.maximum !== null && ` · ${text.maximum(rupiah(option.maximum))}`}
        {option.step !== '1' && ` · ${text.step(rupiah(option.step))}`}
      </span>
      <span className="shortcuts">
        {shortcuts.map((amount) => (
          <button key={String(amount)} type="button" className="small" onClick={() => onChange(String(amount))}>
            {rupiah(amount)}
          </button>
        ))}
      </span>
    </div>
  );
}
