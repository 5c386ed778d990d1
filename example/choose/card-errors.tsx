import type { UserError } from '../api/documents.ts';
import type { TopupOption } from '../api/types.ts';
import type { Decimal } from '../format/money.ts';
import { Link } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import { quantityIn, refusalIn } from './check.ts';

interface Props {
  id: string;
  option: TopupOption;
  errors: readonly UserError[];
  onSuggestion(quantity: Decimal): void;
}

/** Shows an option's refusals, each with its remedy. Announces them politely: the list at the top is the alert. */
export function CardErrors({ id, option, errors, onSuggestion }: Props) {
  const { text } = useLanguage();
  return (
    <div aria-live="polite">
      {errors.length > 0 && (
        <ul className="plain card-errors" id={id}>
          {errors.map((error) => (
            <li key={error.code} data-code={error.code}>
              <span>{refusalIn(text, error, option)}</span>
              {error.order && <Link to={{ view: 'order', orderId: error.order.id }}>{error.order.number}</Link>}
              {error.suggestedQuantity !== null && (
                <button type="button" className="small" onClick={() => onSuggestion(error.suggestedQuantity ?? '')}>
                  {text.choose.use(quantityIn(option)(error.suggestedQuantity))}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
