import { useCallback, useRef, useState } from 'react';
import { useAllWords } from '../text/all-words.ts';

/** Asks for confirmation in place. The focus moves with the buttons, and comes back. */
export function CancelButton({ isBusy, onCancel }: { isBusy: boolean; onCancel(): void }) {
  const { text } = useAllWords();
  const [isAsking, setAsking] = useState(false);
  /** False at first: the page's heading has the focus then. */
  const hasAsked = useRef(false);
  // One function for good: React calls it when a button comes, and not at each answer of a poll, which must not move the focus.
  const takeFocus = useCallback((button: HTMLButtonElement | null) => {
    if (hasAsked.current) button?.focus();
  }, []);
  function ask(next: boolean) {
    hasAsked.current = true;
    setAsking(next);
  }
  if (!isAsking) {
    return (
      <button type="button" key="ask" className="quiet" ref={takeFocus} onClick={() => ask(true)}>
        {text.order.cancel}
      </button>
    );
  }
  return (
    <fieldset className="asking">
      <legend className="hidden">{text.order.cancel}</legend>
      <p className="soft">{text.order.cancelHint}</p>
      <button type="button" className="danger" disabled={isBusy} onClick={onCancel}>
        {text.order.cancelSure}
      </button>
      <button type="button" key="keep" className="quiet" ref={takeFocus} onClick={() => ask(false)}>
        {text.order.cancelNo}
      </button>
    </fieldset>
  );
}
