import { useEffect, useRef, useState } from 'react';
import { useSession } from '../api/session.tsx';
import type { Order } from '../api/types.ts';
import type { PriceChange } from '../api/use-order-mutations.ts';
import { EligibilityNotice } from '../choose/eligibility-notice.tsx';
import { rupiah } from '../format/money.ts';
import { useSecondsUntil } from '../format/time.ts';
import { useAllWords } from '../text/all-words.ts';
import { Countdown } from '../ui/countdown.tsx';
import { Heading } from '../ui/heading.tsx';
import { Steps } from '../ui/steps.tsx';
import type { OrderActions } from './actions.ts';
import { ApprovalNotice, DecideButtons } from './approval.tsx';
import { CancelButton } from './cancel-button.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { Documents } from './documents.tsx';
import { LinesTable } from './lines-table.tsx';
import { PriceChanges } from './price-changes.tsx';
import { SettlementTable } from './settlement.tsx';

interface Props {
  order: Order;
  priceChange: PriceChange | null;
  actions: OrderActions;
}

/** The second step: the quote. The dialog confirms exactly the total that it shows. */
export function Review({ order, priceChange, actions }: Props) {
  const { text } = useAllWords();
  const isOver = useSecondsUntil(order.quoteExpiresAt) === 0;
  const [isAsking, setAsking] = useState(false);
  const { canOrder, eligibility, busy, approvalLimit } = actions;
  // A gate that closed after the quote would refuse the confirmation.
  const isClosed = eligibility !== null && !(eligibility.newPageEnabled && eligibility.orderingEnabled);
  const state = order.approval?.state;
  const needsApproval = approvalLimit !== null && BigInt(order.total.amount) > BigInt(approvalLimit.amount);
  const mayConfirm = !isClosed && (state === 'APPROVED' || (state === undefined && !needsApproval));
  const mayDecide = order.approval?.viewerCanDecide === true && !isOver;
  return (
    <>
      <Steps current="review" />
      <Heading title={text.order.review} />
      {priceChange && !isOver && <NewTotal change={priceChange} />}
      {isOver && (
        <div className="notice warn" role="status">
          <h2>{text.order.quoteOver}</h2>
          <p>{text.order.quoteOverHint}</p>
        </div>
      )}
      {isClosed && <EligibilityNotice eligibility={eligibility} />}
      {!isOver && (
        <ApprovalNotice order={order} limit={needsApproval && approvalLimit ? rupiah(approvalLimit) : undefined} />
      )}
      {!canOrder && !mayDecide && <p className="notice info">{text.order.readOnly}</p>}
      <div className="card sheet">
        <div className="sheet-head">
          <p className="soft">
            {text.order.order} {order.number}
          </p>
          {!isOver && <Countdown label={text.order.quoteHolds} until={order.quoteExpiresAt} />}
        </div>
        <LinesTable order={order} />
        <SettlementTable order={order} />
        {order.excessTotal.amount !== '0' && <p className="flag quiet">{text.order.excessWhy}</p>}
        <Payer order={order} />
        <Documents order={order} />
        {mayDecide && <DecideButtons order={order} actions={actions} />}
        {canOrder && (
          <div className="actions">
            {(isOver || state === 'REJECTED') && !isClosed && (
              <button type="button" className="main" onClick={actions.again}>
                {isOver ? text.order.reviewAgain : text.order.again}
              </button>
            )}
            {!isOver && mayConfirm && (
              <button
                type="button"
                className="main"
                aria-disabled={busy !== null}
                onClick={() => busy === null && setAsking(true)}
              >
                {busy === 'confirm' ? text.common.loading : text.order.confirm}
              </button>
            )}
            {!isOver && !isClosed && state === undefined && needsApproval && (
              <button
                type="button"
                className="main"
                aria-disabled={busy !== null}
                onClick={() => busy === null && actions.submit()}
              >
                {busy === 'submit' ? text.common.loading : text.order.approval.submit}
              </button>
            )}
            {!isOver && <CancelButton isBusy={busy !== null} onCancel={actions.cancel} />}
          </div>
        )}
      </div>
      {isAsking && !isOver && mayConfirm && (
        <ConfirmDialog
          order={order}
          onClose={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            actions.confirm();
          }}
        />
      )}
    </>
  );
}

/** Says who pays, who ordered, and how it is paid. */
function Payer({ order }: { order: Order }) {
  const { text } = useAllWords();
  const { organization } = useSession();
  return (
    <dl className="facts">
      <div>
        <dt>{text.order.payer}</dt>
        <dd>{organization.name}</dd>
      </div>
      {order.createdBy?.name && (
        <div>
          <dt>{text.order.orderedBy}</dt>
          <dd>{order.createdBy.name}</dd>
        </div>
      )}
      <div className="wide">
        <dt>{text.order.payWith}</dt>
        <dd>
          {text.order.payWithHint} {text.order.taxHint}
        </dd>
      </div>
    </dl>
  );
}

/** Takes the focus, so that a buyer who confirmed the old total sees the change first. */
function NewTotal({ change }: { change: PriceChange }) {
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
