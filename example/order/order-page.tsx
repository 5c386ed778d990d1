import { useEffect, useState } from 'react';
import { TopupOrderDocument } from '../api/documents.ts';
import type { Money, Order, TopupSpace } from '../api/types.ts';
import { useAnswer } from '../api/use-answer.ts';
import { useFollowedOrder } from '../api/use-followed-order.ts';
import { Link } from '../route.tsx';
import { useAllWords } from '../text/all-words.ts';
import { Problems } from '../ui/problems.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import type { OrderActions } from './actions.ts';
import { LINKS_MS } from './documents.tsx';
import { Payment } from './payment.tsx';
import { Refusals } from './refusals.tsx';
import { Review } from './review.tsx';
import { useOrderActions } from './use-order-actions.ts';

interface Props {
  orderId: string;
  /** Undefined until the viewer's permissions are known. */
  canOrder: boolean | undefined;
  approvalLimit: Money | null;
  eligibility: TopupSpace['topupEligibility'];
  onConfirmed(): void;
  onAgain(order: Order): void;
}

/**
 * Says how the order is kept fresh. One that may change by itself is followed live; `pauseMs` is the time between two reads while the
 * service refuses to wait. Any other is read again before its links end; a draft is not, because its review reads it.
 */
function paceOf(order: Order | null): { pollMs: number; pauseMs: number } {
  if (order === null) return STILL;
  const { status, confirmedAt, approval } = order;
  if (status === 'DRAFT') return approval?.state === 'PENDING' ? SLOWLY : STILL;
  if (status === 'PENDING_PAYMENT' || status === 'PAID') return { pollMs: 0, pauseMs: 2500 };
  // A payment can still come after the end.
  const mayBePaid = status === 'PAYMENT_REVIEW' || status === 'EXPIRED' || status === 'CANCELLED';
  return mayBePaid && confirmedAt !== null ? SLOWLY : { pollMs: LINKS_MS, pauseMs: 0 };
}

const STILL = { pollMs: 0, pauseMs: 0 };
const SLOWLY = { pollMs: 0, pauseMs: 10_000 };

/** Shows one order: a draft for review, any other until its end. */
export function OrderPage({ orderId, canOrder, approvalLimit, eligibility, onConfirmed, onAgain }: Props) {
  const { text, inGraph: language } = useAllWords();
  const [poll, setPoll] = useState(0);
  const answer = useAnswer(TopupOrderDocument, { id: orderId, language }, poll);
  const order = answer.data?.topupOrder ?? null;
  const { pollMs, pauseMs } = paceOf(order);
  useEffect(() => setPoll(pollMs), [pollMs]);
  useFollowedOrder(answer, order, pauseMs, language);

  const terms = { canOrder: canOrder ?? false, approvalLimit, eligibility, onConfirmed, onAgain };
  const { actions, outcome, isCurrent, forget } = useOrderActions(orderId, order, answer.read, terms);
  const isUnknown = (order === null && answer.isLoading) || canOrder === undefined;
  return (
    <>
      <Crumb order={order} actions={actions} />
      <Problems
        problems={[...answer.problems, ...outcome.problems].slice(0, 1)}
        shownSince={order === null ? undefined : answer.receivedAt}
        onRetry={() => {
          forget();
          void answer.read();
        }}
      />
      {isCurrent && <Refusals errors={outcome.userErrors} />}
      {isUnknown && <Skeleton shape="order" />}
      {order === null && !answer.isLoading && answer.problems.length === 0 && (
        <p className="empty">{text.order.missing}</p>
      )}
      {!isUnknown && order?.status === 'DRAFT' && (
        <Review order={order} priceChange={isCurrent ? outcome.priceChange : null} actions={actions} />
      )}
      {!isUnknown && order && order.status !== 'DRAFT' && <Payment order={order} actions={actions} />}
    </>
  );
}

function Crumb({ order, actions }: { order: Order | null; actions: OrderActions }) {
  const { text } = useAllWords();
  return (
    <p className="crumb">
      {order?.status === 'DRAFT' && actions.canOrder ? (
        <Link to={{ view: 'topup' }} onFollow={actions.again}>
          {text.order.change}
        </Link>
      ) : (
        <Link to={{ view: 'orders' }}>{text.common.orders}</Link>
      )}
    </p>
  );
}
