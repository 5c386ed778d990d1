import { useState } from 'react';
import type { Order, OrderStatus } from '../api/types.ts';
import { canRepeatConfirm, type Outcome } from '../api/use-order-mutations.ts';
import { rupiah } from '../money.ts';
import { useLanguage } from '../text/language.tsx';
import { dateTime } from '../time.ts';
import { CancelButton } from './cancel-button.tsx';
import { Countdown } from './countdown.tsx';
import { LinesTable } from './lines-table.tsx';
import { StatusBadge } from './status-badge.tsx';
import { Timeline } from './timeline.tsx';

export interface OrderActions {
  isBusy: boolean;
  cancel(): void;
  check(): Promise<Outcome>;
  again(order: Order): void;
}

interface Props {
  order: Order;
  actions: OrderActions;
  /** Repeats confirm with the same key, which asks Mekari Pay again for the link. */
  onRetryLink(): void;
}

const IS_OVER: ReadonlySet<OrderStatus> = new Set(['COMPLETED', 'EXPIRED', 'CANCELLED', 'REFUNDED']);
const MAY_BE_PAID: ReadonlySet<OrderStatus> = new Set(['PENDING_PAYMENT', 'EXPIRED', 'CANCELLED']);

/** Shows a confirmed order's state and its possible actions. */
export function OrderDetail({ order, actions, onRetryLink }: Props) {
  const { text, language } = useLanguage();
  const { status } = order;
  const waitsForLink = status === 'PENDING_PAYMENT' && order.paymentUrl === null;
  return (
    <div className="card sheet">
      <div className="sheet-head" role="status" data-order-status={status}>
        <div>
          <StatusBadge status={status} />
          {order.reviewReason !== null && (
            <p>{text.reviewed[order.reviewReason](rupiah(order.receivedTotal), rupiah(order.outstanding))}</p>
          )}
          {!waitsForLink && <p>{text.explained[status] ?? ''}</p>}
        </div>
        <p className="figure">{rupiah(order.total)}</p>
      </div>
      {status === 'PENDING_PAYMENT' && <Payment order={order} isBusy={actions.isBusy} onRetryLink={onRetryLink} />}
      {status === 'PAYMENT_REVIEW' && order.paymentUrl !== null && (
        <a className="button main" href={order.paymentUrl}>
          {text.payRest}
        </a>
      )}
      <div className="actions">
        {MAY_BE_PAID.has(status) && order.confirmedAt !== null && <CheckButton actions={actions} />}
        {status === 'PENDING_PAYMENT' && <CancelButton isBusy={actions.isBusy} onCancel={actions.cancel} />}
        {IS_OVER.has(status) && (
          <button type="button" onClick={() => actions.again(order)}>
            {text.again}
          </button>
        )}
      </div>
      <dl className="facts">
        <div>
          <dt>{text.created}</dt>
          <dd>{dateTime(order.createdAt, language)}</dd>
        </div>
        {order.paidAt !== null && (
          <div>
            <dt>{text.statuses.PAID}</dt>
            <dd>{dateTime(order.paidAt, language)}</dd>
          </div>
        )}
        {order.paidInvoiceNumber !== null && (
          <div>
            <dt>{text.invoice}</dt>
            <dd data-invoice>{order.paidInvoiceNumber}</dd>
          </div>
        )}
      </dl>
      <LinesTable order={order} />
      <Timeline events={order.timeline} />
    </div>
  );
}

function Payment({ order, isBusy, onRetryLink }: { order: Order; isBusy: boolean; onRetryLink(): void }) {
  const { text } = useLanguage();
  return (
    <div className="payment">
      {order.paymentUrl === null ? (
        <>
          <p className="loading" role="status">
            <span className="spinner" aria-hidden="true" />
            {text.linkComing}
          </p>
          {canRepeatConfirm(order) && (
            <button type="button" className="small" disabled={isBusy} onClick={onRetryLink}>
              {text.retry}
            </button>
          )}
        </>
      ) : (
        <a className="button main" href={order.paymentUrl}>
          {text.pay}
        </a>
      )}
      {order.paymentExpiresAt !== null && <Countdown label={text.payWithin} until={order.paymentExpiresAt} />}
    </div>
  );
}

/** Asks Mekari Pay now, and reports a payment that is still missing. */
function CheckButton({ actions }: { actions: OrderActions }) {
  const { text } = useLanguage();
  const [isUnpaid, setUnpaid] = useState(false);
  async function check() {
    setUnpaid(false);
    const { order, userErrors } = await actions.check();
    setUnpaid(userErrors.length === 0 && order !== null && MAY_BE_PAID.has(order.status));
  }
  return (
    <>
      <button type="button" disabled={actions.isBusy} onClick={() => void check()}>
        {text.check}
      </button>
      <span className="hint" role="status">
        {isUnpaid && text.notPaidYet}
      </span>
    </>
  );
}
