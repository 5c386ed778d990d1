import { useEffect, useRef } from 'react';
import type { Order } from '../api/types.ts';
import { rupiah } from '../money.ts';
import { useLanguage } from '../text/language.tsx';

interface Props {
  order: Order;
  onClose(): void;
  onConfirm(): void;
}

/**
 * Asks once more before the order is placed. The browser's own modal dialog keeps the focus inside, closes on Escape, and gives
 * the focus back to the button that opened it.
 */
export function ConfirmDialog({ order, onClose, onConfirm }: Props) {
  const { text } = useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  const total = rupiah(order.total);
  return (
    <dialog ref={dialog} className="card dialog" aria-labelledby="confirm-title" onClose={onClose}>
      <div className="sheet-head">
        <h2 id="confirm-title">{text.confirm}</h2>
        <button type="button" className="quiet" aria-label={text.close} onClick={onClose}>
          ×
        </button>
      </div>
      <ul className="plain rows">
        {order.lines.map((line) => (
          <li key={line.id}>
            <span>
              {line.label}
              {line.kind === 'EXCESS' && <span className="soft block">{text.excessLine}</span>}
            </span>
            <span className="number">{rupiah(line.amount)}</span>
          </li>
        ))}
        <li className="sum">
          <span>{text.toPay}</span>
          <span className="number">{total}</span>
        </li>
      </ul>
      <p className="soft">{text.confirmHint(order.number, total)}</p>
      <button type="button" className="main" onClick={onConfirm}>
        {text.payAmount(total)}
      </button>
    </dialog>
  );
}
