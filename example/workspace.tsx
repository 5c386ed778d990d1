import { useQuery } from '@apollo/client/react';
import { useEffect, useRef } from 'react';
import { TOPUP_PAGE } from './api/operations.ts';
import { problemsOf } from './api/problems.ts';
import { useBasket } from './basket.ts';
import { Loading } from './components/loading.tsx';
import { OrderHistory } from './components/order-history.tsx';
import { OrderPage } from './components/order-page.tsx';
import { Problems } from './components/problems.tsx';
import { TopupPage } from './components/topup-page.tsx';
import { navigate, useRoute } from './route.tsx';

/** Shows one organization's three views. The basket survives a visit to an order. */
export function Workspace({ organizationId }: { organizationId: string }) {
  const route = useRoute();
  const { data, error, loading, refetch } = useQuery(TOPUP_PAGE, {
    variables: { organization: [{ __typename: 'Organization', id: organizationId }] },
    errorPolicy: 'all',
  });
  const options = data?.topupOptions ?? [];
  const basket = useBasket(organizationId, options);

  // Balances and excess may have changed during another view.
  const lastView = useRef(route.view);
  useEffect(() => {
    if (route.view === 'topup' && lastView.current !== 'topup') refetch().catch(() => undefined);
    lastView.current = route.view;
  }, [route.view, refetch]);

  if (route.view === 'orders') return <OrderHistory />;
  if (route.view === 'order') {
    return (
      <OrderPage
        key={route.orderId}
        orderId={route.orderId}
        onConfirmed={basket.clear}
        onAgain={(order) => {
          basket.fillFrom(order);
          navigate({ view: 'topup' });
        }}
      />
    );
  }
  return (
    <>
      <Problems problems={problemsOf(error)} onRetry={() => void refetch()} />
      {data === undefined && loading && <Loading />}
      {data && <TopupPage data={data} options={options} basket={basket} isComplete={error === undefined} />}
    </>
  );
}
