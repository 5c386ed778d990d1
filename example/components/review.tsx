import { useEffect, useRef, useState } from 'react';
import type { Order, PriceChange } from '../api/types.ts';
import { rupiah } from '../money.ts';
import { useLanguage } from '../text/language.tsx';
import { useSecondsUntil } from '../time.ts';
import { CancelButton } from './cancel-button.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { Countdown } from './countdown.tsx';
import { LinesTable } from './lines-table.tsx';
import type { OrderActions } from './order-detail.tsx';

interface Props {
  order: Order;
  priceChange: PriceChange | null;
  actions: OrderActions;
  onConfirm(): void;
}

/** Shows the quote. The dialog confirms exactly the total that it shows. */
export function Review({ order, priceChange, actions, onConfirm }: Props) {
  const { text } = useLanguage();
  const isOver = useSecondsUntil(order.quoteExpiresAt) === 0;
  const [isAsking, setAsking] = useState(false);
  return (
    <div className="card sheet">
      <div className="sheet-head">
        <p className="soft">{order.number}</p>
        {!isOver && <Countdown label={text.quoteHolds} until={order.quoteExpiresAt} />}
      </div>
      {priceChange && !isOver && <NewTotal change={priceChange} />}
      <LinesTable order={order} />
      {isOver && (
        <p className="notice warn" role="status">
          {text.quoteOver}
        </p>
      )}
      <div className="actions">
        {isOver ? (
          <button type="button" className="main" onClick={() => actions.again(order)}>
            {text.again}
          </button>
        ) : (
          <button type="button" className="main" disabled={actions.isBusy} onClick={() => setAsking(true)}>
            {actions.isBusy ? text.loading : text.confirm}
          </button>
        )}
        {!isOver && <CancelButton isBusy={actions.isBusy} onCancel={actions.cancel} />}
      </div>
      {isAsking && !isOver && (
        <ConfirmDialog
          order={order}
          onClose={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            onConfirm();
          }}
        />
      )}
    </div>
  );
}

/** Takes the focus, so that a buyer who confirmed the old total sees the change first. */
function NewTotal({ change }: { change: PriceChange }) {
  const { text } = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  const moved = `${change.oldTotal.amount} ${change.newTotal.amount}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs again for every change
  useEffect(() => box.current?.focus(), [moved]);
  return (
    <div className="notice warn" role="alert" tabIndex={-1} ref={box} data-price-change>
      <h2>{text.priceChanged}</h2>
      <dl className="facts">
        <div>
          <dt>{text.oldTotal}</dt>
          <dd>
            <s>{rupiah(change.oldTotal)}</s>
          </dd>
        </div>
        <div>
          <dt>{text.newTotal}</dt>
          <dd>{rupiah(change.newTotal)}</dd>
        </div>
      </dl>
      <p>{text.priceChangedHint}</p>
    </div>
  );
}
