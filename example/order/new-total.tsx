import { useEffect, useRef } from 'react';
import type { PriceChange } from '../api/use-order-mutations.ts';
import { rupiah } from '../format/money.ts';
import { useAllWords } from '../text/all-words.ts';
import { PriceChanges } from './price-changes.tsx';

/** Shows the old and the new total. Takes the focus, so that a buyer who confirmed the old one sees the change first. */
export function NewTotal({ change }: { change: PriceChange }) {
  const { text } = useAllWords();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Each answer has a change of its own, also one with the same totals.
    if (change) box.current?.focus();
  }, [change]);
  return (
    <div className="notice warn" role="alert" tabIndex={-1} ref={box}>
      <h2>{text.order.priceChanged}</h2>
      <dl className="facts">
        <div>
          <dt>{text.order.oldTotal}</dt>
          <dd>
            <s>{rupiah(change.oldTotal)}</s>
          </dd>
        </div>
        <div>
          <dt>{text.order.newTotal}</dt>
          <dd>{rupiah(change.newTotal)}</dd>
        </div>
      </dl>
      <PriceChanges lines={change.lines} />
      <p>{text.order.priceChangedHint}</p>
    </div>
  );
}
