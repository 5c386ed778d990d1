import type { UserError } from '../api/types.ts';
import type { Decimal } from '../money.ts';
import { Link } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';

interface Props {
  id?: string;
  errors: readonly UserError[];
  /** Formats a suggested quantity. */
  format?: (quantity: Decimal) => string;
  onSuggestion?: (quantity: Decimal) => void;
  /** False where another element announces them. */
  isAlert?: boolean;
}

/** Shows refusals, each with a button for its remedy. */
export function UserErrors({ id, errors, format = String, onSuggestion, isAlert = true }: Props) {
  const { text } = useLanguage();
  if (errors.length === 0) return null;
  return (
    <ul className="plain user-errors" id={id} role={isAlert ? 'alert' : undefined}>
      {errors.map(({ code, message, suggestedQuantity, order }) => (
        <li key={`${code} ${message}`} data-code={code}>
          <span>{text.refusals[code] ?? message}</span>
          {order && <Link to={{ view: 'order', orderId: order.id }}>{order.number}</Link>}
          {suggestedQuantity !== null && onSuggestion && (
            <button type="button" className="small" onClick={() => onSuggestion(suggestedQuantity)}>
              {text.use(format(suggestedQuantity))}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
