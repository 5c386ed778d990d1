import type { Order } from '../api/types.ts';
import { rupiah } from '../format/money.ts';
import { Link } from '../route.tsx';
import { useAllWords } from '../text/all-words.ts';
import { Heading } from '../ui/heading.tsx';
import { StatusBadge } from '../ui/status-badge.tsx';
import { Steps } from '../ui/steps.tsx';
import { useSteadyHeight } from '../ui/use-steady-height.ts';
import type { OrderActions } from './actions.ts';
import { CancelButton } from './cancel-button.tsx';
import { CheckButton } from './check-button.tsx';
import { Documents } from './documents.tsx';
import { Help } from './help.tsx';
import { LinesTable } from './lines-table.tsx';
import { OrderFacts } from './order-facts.tsx';
import { PaymentLink } from './payment-link.tsx';
import { Payments } from './payments.tsx';
import { SettlementTable } from './settlement.tsx';
import { Timeline } from './timeline.tsx';

interface Props {
  order: Order;
  actions: OrderActions;
}

const IS_PAID = ['PAID', 'COMPLETED', 'REFUNDED'];
const IS_OVER = ['COMPLETED', 'EXPIRED', 'CANCELLED', 'REFUNDED'];
const MAY_BE_PAID = ['PENDING_PAYMENT', 'PAYMENT_REVIEW', 'EXPIRED', 'CANCELLED'];

/** The third step: the state of a confirmed order, and what can be done about it. */
export function Payment({ order, actions }: Props) {
  const { text } = useAllWords();
  const { status, confirmedAt, paymentUrl } = order;
  const isPaid = IS_PAID.includes(status);
  const awaitsMoney = status === 'PENDING_PAYMENT' || status === 'PAYMENT_REVIEW';
  const sheet = useSteadyHeight<HTMLDivElement>();
  // The link goes when the order is paid or over: the payments below stay where they are.
  const next = useSteadyHeight<HTMLDivElement>();
  const mayBePaid = MAY_BE_PAID.includes(status) && confirmedAt !== null;
  return (
    <>
      <Steps current="pay" isDone={isPaid} />
      <Heading title={`${text.order.order} ${order.number}`} state={status} />
      <div className={`card sheet ${awaitsMoney ? 'awaits' : ''}`} ref={sheet}>
        <State order={order} />
        <div className="next" ref={next}>
          {awaitsMoney && (status === 'PENDING_PAYMENT' || paymentUrl !== null) && (
            <PaymentLink order={order} actions={actions} />
          )}
          {/* Other buttons in another place: those of an open order do not slide to where its link was. */}
          <div className="actions" key={String(awaitsMoney)}>
            {(status === 'PAID' || status === 'COMPLETED') && (
              <Link to={{ view: 'receipt', orderId: order.id }} className="button main">
                {text.pay.receipt}
              </Link>
            )}
            {mayBePaid && actions.canOrder && <CheckButton order={order} actions={actions} />}
            {IS_OVER.includes(status) && actions.canOrder && (
              <button type="button" onClick={actions.again}>
                {text.order.again}
              </button>
            )}
            {status === 'PENDING_PAYMENT' && actions.canOrder && (
              <CancelButton isBusy={actions.busy !== null} onCancel={actions.cancel} />
            )}
          </div>
        </div>
        {(order.payments.length > 0 || status === 'PAYMENT_REVIEW') && <Payments order={order} />}
        {mayBePaid && <Help />}
      </div>
      <div className="card sheet">
        <OrderFacts order={order} />
        <LinesTable order={order} totalLabel={status === 'PENDING_PAYMENT' ? text.order.toPay : text.common.total} />
        {(status === 'PAID' || status === 'COMPLETED') && <SettlementTable order={order} />}
      </div>
      <div className="card sheet">
        <Documents order={order} />
      </div>
      <div className="card sheet">
        <Timeline events={order.timeline} />
      </div>
    </>
  );
}

/** Announces each change of the state. */
function State({ order }: { order: Order }) {
  const { text } = useAllWords();
  const { status, reviewReason, confirmedAt, timeline } = order;
  const [title, hint] = (reviewReason && text.pay.reviewed[reviewReason]) || text.pay.status[status] || [status, ''];
  const wasOver = timeline.some(({ from, to }) => (from === 'EXPIRED' || from === 'CANCELLED') && to === 'PAID');
  const wasNeverOrdered = confirmedAt === null && (status === 'EXPIRED' || status === 'CANCELLED');
  return (
    <div className="sheet-head" role="status" data-order-status={status}>
      {/* The words of a state are new as a whole: none of them slides when the one above is shorter. */}
      <div key={title}>
        <StatusBadge status={status} />
        <h2>{title}</h2>
        <p>{wasNeverOrdered ? text.pay.unconfirmedOver : hint}</p>
        {wasOver && <p className="flag quiet">{text.pay.late}</p>}
      </div>
      <Figure order={order} />
    </div>
  );
}

/** The amount that matters now: what is missing, what is to be paid, or the total. */
function Figure({ order }: { order: Order }) {
  const { text } = useAllWords();
  const { status, reviewReason, outstanding, payable, total } = order;
  if (reviewReason === 'UNDERPAID') return <Amount label={text.pay.missing} money={rupiah(outstanding)} />;
  if (status === 'PENDING_PAYMENT') return <Amount label={text.pay.total} money={rupiah(payable)} />;
  return <Amount label={text.common.total} money={rupiah(total)} />;
}

const Amount = ({ label, money }: { label: string; money: string }) => (
  <p className="figure">
    <small>{label}</small> {money}
  </p>
);
