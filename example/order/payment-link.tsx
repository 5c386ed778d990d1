import { useState } from 'react';
import type { Order } from '../api/types.ts';
import { dateTime } from '../format/time.ts';
import { useAllWords } from '../text/all-words.ts';
import { Countdown } from '../ui/countdown.tsx';
import type { OrderActions } from './actions.ts';

/** Marks that this tab went to Mekari Pay: a buyer who comes back to an unpaid order may have met a failure there. */
const leftFor = ({ id }: Order) => `topup:paying:${id}`;

/** Leads to Mekari Pay, or lets somebody else pay. */
export function PaymentLink({ order, actions }: { order: Order; actions: OrderActions }) {
  const { text, language } = useAllWords();
  const { paymentUrl, paymentExpiresAt, status } = order;
  const [hasLeft] = useState(() => sessionStorage.getItem(leftFor(order)) !== null);
  if (paymentUrl === null) return <LinkComing actions={actions} />;
  return (
    <div className="payment">
      {hasLeft && status === 'PENDING_PAYMENT' && <p className="flag warn">{text.pay.cameBack}</p>}
      <div className="actions">
        <a className="button main" href={paymentUrl} onClick={() => sessionStorage.setItem(leftFor(order), '')}>
          {status === 'PAYMENT_REVIEW' ? text.pay.payRest : text.pay.pay}
        </a>
        <ShareButton url={paymentUrl} title={`${text.order.order} ${order.number}`} />
      </div>
      {paymentExpiresAt !== null && status === 'PENDING_PAYMENT' && (
        <div className="deadline">
          <p>
            {text.pay.deadline} <strong>{dateTime(paymentExpiresAt, language)}</strong>
          </p>
          <Countdown label={text.pay.timeLeft} until={paymentExpiresAt} />
        </div>
      )}
      <p className="hint">
        {text.pay.shareHint} {text.pay.watching}
      </p>
    </div>
  );
}

function LinkComing({ actions }: { actions: OrderActions }) {
  const { text } = useAllWords();
  return (
    <div className="payment">
      <p className="loading" role="status">
        <span className="spinner" aria-hidden="true" />
        <strong>{text.pay.linkComing}</strong>
      </p>
      <p className="hint">{text.pay.linkComingHint}</p>
      {actions.canRepeatConfirm && actions.canOrder && (
        <button type="button" className="small" aria-disabled={actions.busy !== null} onClick={actions.confirm}>
          {text.common.retry}
        </button>
      )}
    </div>
  );
}

/** Opens the device's own sheet where it has one, else copies. */
function ShareButton({ url, title }: { url: string; title: string }) {
  const { text } = useAllWords();
  const [isCopied, setCopied] = useState(false);
  const canShare = typeof navigator.share === 'function';
  async function share() {
    if (canShare) return navigator.share({ url, title }).catch(() => undefined);
    await navigator.clipboard.writeText(url);
    setCopied(true);
  }
  return (
    <>
      <button type="button" onClick={() => void share()}>
        {canShare ? text.pay.share : text.pay.copy}
      </button>
      <span className="hint" role="status">
        {isCopied && text.pay.copied}
      </span>
    </>
  );
}
