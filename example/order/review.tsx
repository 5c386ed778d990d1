import { useState } from 'react';
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
import { ConfirmDialog } from './confirm-dialog.tsx';
import { Documents } from './documents.tsx';
import { LinesTable } from './lines-table.tsx';
import { NewTotal } from './new-total.tsx';
import { Payer } from './payer.tsx';
import { ReviewButtons } from './review-buttons.tsx';
import { type ReviewState, reviewStateOf } from './review-state.ts';
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
  const state = reviewStateOf(order, actions, isOver);
  function confirm() {
    setAsking(false);
    actions.confirm();
  }
  return (
    <>
      <Steps current="review" />
      <Heading title={text.order.review} />
      <Notices order={order} priceChange={priceChange} actions={actions} state={state} />
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
        {state.mayDecide && <DecideButtons order={order} actions={actions} />}
        {actions.canOrder && <ReviewButtons state={state} actions={actions} onConfirm={() => setAsking(true)} />}
      </div>
      {isAsking && state.mayConfirm && (
        <ConfirmDialog order={order} onClose={() => setAsking(false)} onConfirm={confirm} />
      )}
    </>
  );
}

/** The obstacles on the way to a confirmation. */
function Notices({ order, priceChange, actions, state }: Props & { state: ReviewState }) {
  const { text } = useAllWords();
  const { isOver, isClosed, needsApproval, mayDecide } = state;
  const { eligibility, approvalLimit, canOrder } = actions;
  return (
    <>
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
    </>
  );
}
