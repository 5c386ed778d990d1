import { useQuery } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { ORDER } from '../api/operations.ts';
import { problemsOf } from '../api/problems.ts';
import type { Order } from '../api/types.ts';
import { type Outcome, useOrderMutations } from '../api/use-order-mutations.ts';
import { Link } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import { Heading } from './heading.tsx';
import { Loading } from './loading.tsx';
import { OrderDetail } from './order-detail.tsx';
import { Problems } from './problems.tsx';
import { Review } from './review.tsx';
import { UserErrors } from './user-errors.tsx';

interface Props {
  orderId: string;
  onConfirmed(): void;
  onAgain(order: Order): void;
}

const NOTHING: Outcome = { order: null, userErrors: [], priceChange: null, problems: [] };

/** Returns milliseconds until the next poll. Polls slowly after expiry or cancellation, because a payment can still come. */
function pollEvery({ status, confirmedAt }: Order): number {
  if (status === 'PENDING_PAYMENT' || status === 'PAID') return 2500;
  if (status === 'PAYMENT_REVIEW') return 10_000;
  return (status === 'EXPIRED' || status === 'CANCELLED') && confirmedAt !== null ? 10_000 : 0;
}

const stateOf = ({ status, paymentUrl }: Order) => `${status} ${paymentUrl}`;

/** Shows one order: a draft for review, any other until its end. */
export function OrderPage({ orderId, onConfirmed, onAgain }: Props) {
  const { text } = useLanguage();
  const { data, previousData, error, loading, refetch, startPolling, stopPolling } = useQuery(ORDER, {
    variables: { id: orderId },
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
    skipPollAttempt: () => document.hidden,
  });
  const mutations = useOrderMutations();
  const [outcome, setOutcome] = useState(NOTHING);
  const order = data?.topupOrder ?? previousData?.topupOrder ?? null;

  // A refusal is obsolete once the order moves on, such as when its payment link arrives.
  const isCurrent = outcome.order === null || order === null || stateOf(outcome.order) === stateOf(order);
  const interval = order === null ? 0 : pollEvery(order);
  useEffect(() => {
    if (interval === 0) return;
    startPolling(interval);
    return stopPolling;
  }, [interval, startPolling, stopPolling]);

  async function act(mutation: Promise<Outcome>): Promise<Outcome> {
    const result = await mutation;
    setOutcome(result);
    // A refusal means that the screen is stale.
    if (result.order === null) refetch().catch(() => undefined);
    return result;
  }
  async function confirm(shown: Order) {
    const { order: after } = await act(mutations.confirm(shown));
    if (after?.status === 'PENDING_PAYMENT') onConfirmed();
  }

  const title = order === null ? text.order : order.status === 'DRAFT' ? text.review : `${text.order} ${order.number}`;
  const actions = {
    isBusy: mutations.isBusy,
    cancel: () => void act(mutations.cancel(orderId)),
    check: () => act(mutations.check(orderId)),
    again: onAgain,
  };
  return (
    <>
      <p className="crumb">
        {order?.status === 'DRAFT' ? (
          <Link to={{ view: 'topup' }} onFollow={() => onAgain(order)}>
            ← {text.change}
          </Link>
        ) : (
          <Link to={{ view: 'orders' }}>← {text.orders}</Link>
        )}
      </p>
      <Heading title={title} />
      <Problems problems={[...problemsOf(error), ...outcome.problems]} onRetry={() => void refetch()} />
      {isCurrent && <UserErrors errors={outcome.userErrors.filter(({ code }) => code !== 'PRICE_CHANGED')} />}
      {order === null && loading && <Loading />}
      {order === null && !loading && error === undefined && <p className="empty">{text.orderMissing}</p>}
      {order?.status === 'DRAFT' && (
        <Review
          order={order}
          priceChange={outcome.priceChange}
          actions={actions}
          onConfirm={() => void confirm(order)}
        />
      )}
      {order && order.status !== 'DRAFT' && (
        <OrderDetail order={order} actions={actions} onRetryLink={() => void confirm(order)} />
      )}
    </>
  );
}
