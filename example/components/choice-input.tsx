import { useId } from 'react';
import { grouped, rupiah } from '../money.ts';
import { useLanguage } from '../text/language.tsx';
import type { InputProps } from './option-card.tsx';

/** Radio buttons that look like tiles, for arrow keys and screen readers. */
export function ChoiceInput({ option, quantity, onChange, describedBy }: InputProps) {
  const { text } = useLanguage();
  const name = useId();
  return (
    <fieldset className="field choices" aria-describedby={describedBy}>
      <legend>{text.choice}</legend>
      <div>
        {option.choices.map((choice) => (
          <label key={choice.quantity} className="choice">
            <input
              type="radio"
              className="hidden"
              name={name}
              value={choice.quantity}
              checked={quantity === choice.quantity}
              onChange={() => onChange(choice.quantity)}
            />
            <strong>{grouped(choice.credits)}</strong>
            <span>{rupiah(choice.price)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
