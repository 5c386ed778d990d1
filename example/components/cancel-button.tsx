import { useState } from 'react';
import { useLanguage } from '../text/language.tsx';

/** Asks for confirmation in place. */
export function CancelButton({ isBusy, onCancel }: { isBusy: boolean; onCancel(): void }) {
  const { text } = useLanguage();
  const [isAsking, setAsking] = useState(false);
  if (!isAsking) {
    return (
      <button type="button" className="quiet" onClick={() => setAsking(true)}>
        {text.cancel}
      </button>
    );
  }
  return (
    <fieldset className="asking">
      <legend className="hidden">{text.cancel}</legend>
      <button type="button" className="danger" disabled={isBusy} onClick={onCancel}>
        {text.cancelSure}
      </button>
      <button type="button" className="quiet" onClick={() => setAsking(false)}>
        {text.cancelNo}
      </button>
    </fieldset>
  );
}
