import { useEffect, useId, useState } from 'react';
import type { UserError } from '../api/documents.ts';
import type { TopupOption } from '../api/types.ts';
import { type Decimal, rupiah, times } from '../format/money.ts';
import { useLanguage } from '../text/language.tsx';
import { AmountInput } from './amount-input.tsx';
import { CardErrors } from './card-errors.tsx';
import { faultOf } from './check.ts';
import { ChoiceInput } from './choice-input.tsx';
import { OptionFacts } from './option-facts.tsx';
import { OptionNotes } from './option-notes.tsx';
import { QuantityInput } from './quantity-input.tsx';

interface Props {
  option: TopupOption;
  quantity: Decimal;
  /** The refusals of the last attempt that name this option. */
  errors: readonly UserError[];
  attempt: number;
  isLocked: boolean;
  /** False for a viewer who may not order. */
  hasField: boolean;
  onChange(quantity: Decimal): void;
}

export interface InputProps {
  option: TopupOption;
  quantity: Decimal;
  isLocked: boolean;
  onChange(quantity: Decimal): void;
  /** The id of the option's label, which names its field. */
  labelledBy: string;
  /** The id of the field's errors, for aria-describedby; absent without errors. */
  describedBy: string | undefined;
}

/** The id of an option's field, to which the list of refusals leads. */
export const fieldId = ({ code }: Pick<TopupOption, 'code'>) => `field-${code}`;

const INPUTS = { AMOUNT: AmountInput, CHOICE: ChoiceInput, QUANTITY: QuantityInput };

export function OptionCard({ option, quantity, errors, attempt, isLocked, hasField, onChange }: Props) {
  const { text } = useLanguage();
  const id = useId();
  const isSettled = useSettled(quantity, attempt);
  const Input = INPUTS[option.input];
  const fault = isSettled ? faultOf(option, quantity) : undefined;
  const shown = errors.length > 0 ? errors : fault ? [fault] : [];
  return (
    <article className={`card option ${quantity && hasField ? 'chosen' : ''}`} aria-labelledby={`${id}-label`}>
      <h3 id={`${id}-label`}>{option.label}</h3>
      {option.description && <p className="soft">{option.description}</p>}
      <OptionFacts option={option} quantity={faultOf(option, quantity) ? '' : quantity} />
      <OptionNotes option={option} isChosen={quantity !== ''} />
      {hasField && (
        <>
          <Input
            option={option}
            quantity={quantity}
            isLocked={isLocked}
            onChange={onChange}
            labelledBy={`${id}-label`}
            describedBy={shown.length > 0 ? `${id}-errors` : undefined}
          />
          <CardErrors id={`${id}-errors`} option={option} errors={shown} onSuggestion={onChange} />
        </>
      )}
      {hasField && quantity && (
        <p className="subtotal">
          <button
            type="button"
            className="link"
            disabled={isLocked}
            aria-label={`${text.choose.remove}: ${option.label}`}
            onClick={() => onChange('')}
          >
            {text.choose.remove}
          </button>
          <span className="number">{rupiah(times(quantity, option.unitPrice.amount))}</span>
        </p>
      )}
    </article>
  );
}

/** A pause in typing after which an unfinished number counts as meant. */
const PAUSE_MS = 700;

/**
 * True once the buyer has paused or asked for the review: "1" on the way to "1000000" is no fault yet. Leaving the field does not count,
 * because a message that appears then moves the button that the buyer is about to press.
 */
function useSettled(quantity: Decimal, attempt: number): boolean {
  const [settled, setSettled] = useState({ quantity, attempt });
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ quantity, attempt }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [quantity, attempt]);
  return settled.quantity === quantity || settled.attempt !== attempt;
}
