import { useId } from 'react';
import { grouped, rupiah } from '../format/money.ts';
import { fieldId, type InputProps } from './option-card.tsx';

/** Radio buttons that look like tiles, for arrow keys and screen readers. */
export function ChoiceInput({ option, quantity, isLocked, onChange, labelledBy, describedBy }: InputProps) {
  const name = useId();
  return (
    <fieldset
      className="field choices"
      id={fieldId(option)}
      tabIndex={-1}
      disabled={isLocked}
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
    >
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
    </fieldset>
  );
}
