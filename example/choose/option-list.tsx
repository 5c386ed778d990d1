import type { TopupOption, UnavailableOption } from '../api/types.ts';
import { useLanguage } from '../text/language.tsx';
import type { Basket } from './basket.ts';
import { OptionCard } from './option-card.tsx';

interface Props {
  /** Null if the graph does not know. */
  options: readonly TopupOption[] | null;
  unavailable: readonly UnavailableOption[];
  isComplete: boolean;
  isLocked: boolean;
  hasFields: boolean;
  basket: Basket;
  onRefresh(): void;
}

/** Shows what can be topped up, and names what is not available at the moment. */
export function OptionList({ options, unavailable, isComplete, isLocked, hasFields, basket, onRefresh }: Props) {
  const { text } = useLanguage();
  const isEmpty = (options ?? []).length === 0 && unavailable.length === 0;
  return (
    <section aria-labelledby="options-title">
      <h2 id="options-title">{text.choose.options}</h2>
      {isEmpty && (
        <p className="empty">{isComplete && options !== null ? text.choose.noOptions : text.choose.optionsUnknown}</p>
      )}
      <div className="options">
        {(options ?? []).map((option) => (
          <OptionCard
            key={option.id}
            option={option}
            quantity={basket.quantities[option.code] ?? ''}
            errors={basket.refusals.byCode[option.code] ?? []}
            attempt={basket.refusals.attempt}
            isLocked={isLocked}
            hasField={hasFields}
            onChange={(quantity) => basket.set(option.code, quantity)}
          />
        ))}
        {unavailable.map((option) => (
          <article key={option.code} className="card option missing" aria-labelledby={`missing-${option.code}`}>
            <h3 id={`missing-${option.code}`}>{option.label}</h3>
            <p className="soft">{text.choose.unavailable[option.reason] ?? text.choose.unavailableNow}</p>
            {option.retryable && (
              <button
                type="button"
                className="small"
                aria-label={`${text.common.retry}: ${option.label}`}
                onClick={onRefresh}
              >
                {text.common.retry}
              </button>
            )}
          </article>
        ))}
      </div>
    </section>
  );
}
