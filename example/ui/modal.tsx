import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useLanguage } from '../text/language.tsx';

interface Props {
  title: string;
  onClose(): void;
  children: ReactNode;
}

/**
 * The browser's own modal dialog: it keeps the focus inside, closes on Escape, and gives the focus back to the button that opened it.
 */
export function Modal({ title, onClose, children }: Props) {
  const { text } = useLanguage();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    if (dialog.current?.open === false) dialog.current.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={onClose}>
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="quiet icon" aria-label={text.common.close} onClick={onClose}>
          ×
        </button>
      </div>
      {children}
    </dialog>
  );
}
