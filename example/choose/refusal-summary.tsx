import { type MouseEvent, useEffect, useRef } from 'react';
import type { TopupOption } from '../api/types.ts';
import { Link } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import type { Refusals } from './basket.ts';
import { refusalIn } from './check.ts';
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
    (refusals.byCode[option.code] ?? []).map((error) => ({ option, error })),
  );
  const count = ofOptions.length + refusals.general.length;
  const shownAttempt = useRef(refusals.attempt);
  useEffect(() => {
    // A basket that comes back from another view was refused before, and the focus stays.
    if (shownAttempt.current === refusals.attempt) return;
    shownAttempt.current = refusals.attempt;
    box.current?.scrollIntoView({ block: 'center' });
    box.current?.focus({ preventScroll: true });
  }, [refusals.attempt]);
  if (count === 0) return null;
  return (
    <div className="notice bad" role="alert" tabIndex={-1} ref={box}>
      <h2>{text.choose.mend(count)}</h2>
      <ul className="plain">
        {ofOptions.map(({ option, error }) => (
          <li key={`${option.id} ${error.code}`} data-code={error.code}>
            <a href={`#${fieldId(option)}`} onClick={(event) => goTo(event, fieldId(option))}>
              {option.label}
            </a>
            {`: ${refusalIn(text, error, option)}`}
          </li>
        ))}
        {refusals.general.map((error) => (
          <li key={`${error.code} ${error.order?.id}`} data-code={error.code}>
            {refusalIn(text, error)}{' '}
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
