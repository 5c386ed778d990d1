import { useId } from 'react';
import type { TopupOption, UserError } from '../api/types.ts';
import { type Decimal, grouped, rupiah, times } from '../money.ts';
import { useLanguage } from '../text/language.tsx';
import { billingPeriod, dayOf } from '../time.ts';
import { AmountInput } from './amount-input.tsx';
import { ChoiceInput } from './choice-input.tsx';
import { QuantityInput } from './quantity-input.tsx';
import { UserErrors } from './user-errors.tsx';

interface Props {
  option: TopupOption;
  quantity: Decimal;
  errors: readonly UserError[];
  onChange(quantity: Decimal): void;
}

export interface InputProps {
  option: TopupOption;
  quantity: Decimal;
  onChange(quantity: Decimal): void;
  /** The id of the option's label, which names its field. */
  labelledBy: string;
  /** The id of the field's refusals, if it has any, for aria-describedby. */
  describedBy: string | undefined;
}

/** The id of an option's field, to which the list of refusals leads. */
export const fieldId = ({ code }: Pick<TopupOption, 'code'>) => `field-${code}`;

const INPUTS = { AMOUNT: AmountInput, CHOICE: ChoiceInput, QUANTITY: QuantityInput };

export function OptionCard({ option, quantity, errors, onChange }: Props) {
  const { text, language } = useLanguage();
  const id = useId();
  const Input = INPUTS[option.input];
  const { excessUsage, unitPrice, input } = option;
  return (
    <article className={`card option ${quantity && 'chosen'}`} aria-labelledby={`${id}-label`} data-code={option.code}>
      <header>
        <h3 id={`${id}-label`}>{option.label}</h3>
        <span className="tag">{text.priceSources[option.priceSource]}</span>
      </header>
      {option.description && <p className="soft">{option.description}</p>}
      <dl className="facts">
        {input !== 'AMOUNT' && (
          <div>
            <dt>{text.unitPrice}</dt>
            <dd>{rupiah(unitPrice)}</dd>
          </div>
        )}
        <div>
          <dt>{text.validUntil}</dt>
          <dd>{option.validUntil === null ? text.forever : dayOf(option.validUntil, language)}</dd>
        </div>
      </dl>
      {excessUsage && (
        <p className="owed">{text.owed(rupiah(excessUsage.amount), billingPeriod(excessUsage.period, language))}</p>
      )}
      <Input
        option={option}
        quantity={quantity}
        onChange={onChange}
        labelledBy={`${id}-label`}
        describedBy={errors.length > 0 ? `${id}-errors` : undefined}
      />
      <UserErrors
        id={`${id}-errors`}
        errors={errors}
        format={input === 'AMOUNT' ? rupiah : grouped}
        onSuggestion={onChange}
        isAlert={false}
      />
      {quantity && (
        <p className="subtotal">
          <button
            type="button"
            className="link"
            aria-label={`${text.remove}: ${option.label}`}
            onClick={() => onChange('')}
          >
            {text.remove}
          </button>
          <span className="number">{rupiah(times(quantity, unitPrice.amount))}</span>
        </p>
      )}
    </article>
  );
}
