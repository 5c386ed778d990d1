import { useEffect, useRef } from 'react';
import type { UserError } from '../api/documents.ts';
import { refusalIn } from '../choose/check.ts';
import { Link } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';

/** Shows the refusals of an order's mutation, in view and with the focus. A changed price has a notice of its own. */
export function Refusals({ errors }: { errors: readonly UserError[] }) {
  const { text } = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  const shown = errors.filter(({ code }) => code !== 'PRICE_CHANGED');
  useEffect(() => {
    if (errors.length > 0) box.current?.focus();
  }, [errors]);
  if (shown.length === 0) return null;
  return (
    <div className="notice bad" role="alert" tabIndex={-1} ref={box}>
      <ul className="plain">
        {shown.map((error) => (
          <li key={`${error.code} ${error.order?.id}`} data-code={error.code}>
            {refusalIn(text, error)}{' '}
            {error.code === 'EXCESS_PENDING' && error.order && (
              <Link to={{ view: 'order', orderId: error.order.id }}>{error.order.number}</Link>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
