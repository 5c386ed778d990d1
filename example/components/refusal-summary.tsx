import { type MouseEvent, useEffect, useRef } from 'react';
import type { TopupOption, UserError } from '../api/types.ts';
import type { Refusals } from '../basket.ts';
import { Link } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import { fieldId } from './option-card.tsx';

interface Props {
  options: readonly TopupOption[];
  refusals: Refusals;
}

/**
 * Lists all that a refused basket needs, each with a link to its field. It scrolls into view and takes the focus, since the
 * fields may be a screen away from the button.
 */
export function RefusalSummary({ options, refusals }: Props) {
  const { text } = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  const ofOptions = options.flatMap((option) =>
    (refusals.byOption[option.id] ?? []).map((error) => ({ option, error })),
  );
  const count = ofOptions.length + refusals.general.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs again for every attempt
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'center' });
    box.current?.focus({ preventScroll: true });
  }, [refusals.attempt]);
  if (count === 0) return null;
  const words = ({ code, message }: UserError) => text.refusals[code] ?? message;
  return (
    <div className="notice bad" role="alert" tabIndex={-1} ref={box}>
      <h3>{text.mend(count)}</h3>
      <ul className="plain">
        {ofOptions.map(({ option, error }) => (
          <li key={`${option.id} ${error.code}`} data-code={error.code}>
            <a href={`#${fieldId(option)}`} onClick={(event) => goTo(event, fieldId(option))}>
              {option.label}
            </a>
            {`: ${words(error)}`}
          </li>
        ))}
        {refusals.general.map((error) => (
          <li key={error.code} data-code={error.code}>
            {words(error)}{' '}
            {error.order && <Link to={{ view: 'order', orderId: error.order.id }}>{error.order.number}</Link>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function goTo(event: MouseEvent, id: string): void {
  event.preventDefault();
  document.getElementById(id)?.focus();
}
