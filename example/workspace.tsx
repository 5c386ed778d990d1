import { lazy, Suspense, useEffect, useRef } from 'react';
import { TopupPageDocument } from './api/documents.ts';
import { useSession } from './api/session.tsx';
import { useAnswer } from './api/use-answer.ts';
import { useRecovery } from './api/use-recovery.ts';
import { useBasket } from './choose/basket.ts';
import { ChoosePage } from './choose/choose-page.tsx';
import { navigate, useRoute } from './route.tsx';
import { useLanguage } from './text/language.tsx';
import { Problems } from './ui/problems.tsx';
import { Skeleton } from './ui/skeleton.tsx';

// A first visit loads the options only.
const OrderPage = lazy(() => import('./order/order-page.tsx').then((module) => ({ default: module.OrderPage })));
const Receipt = lazy(() => import('./order/receipt.tsx').then((module) => ({ default: module.Receipt })));
const SupportPage = lazy(() =>
  import('./support/support-page.tsx').then((module) => ({ default: module.SupportPage })),
);
const OrderHistory = lazy(() =>
  import('./history/order-history.tsx').then((module) => ({ default: module.OrderHistory })),
);

const StatementPage = lazy(() =>
  import('./statement/statement-page.tsx').then((module) => ({ default: module.StatementPage })),
);

/** The options are read again while they are on the screen, so that they are rarely older than a minute. */
const REFRESH_MS = 45_000;

/** Shows one organization's views. The basket survives a visit to an order. */
export function Workspace() {
  const route = useRoute();
  const { organization, offerSupport } = useSession();
  const { inGraph: language } = useLanguage();
  const page = useAnswer(
    TopupPageDocument,
    { organizationId: organization.id, language },
    route.view === 'topup' ? REFRESH_MS : 0,
  );
  const space = page.data?.topupOrganization ?? null;
  const mayComeBack = space?.unavailableTopupOptions?.some(({ retryable }) => retryable) ?? false;
  useRecovery(page, route.view === 'topup' && mayComeBack);
  const basket = useBasket(organization.id);
  // Undefined while it is not known. The service refuses what a token may not do, so that a failed read hides nothing.
  const canOrder = space?.viewerTopupPermissions?.canOrder ?? (page.isLoading && !page.data ? undefined : true);

  const isSupport = space?.viewerTopupPermissions?.canSupport === true;
  useEffect(() => {
    if (isSupport) offerSupport();
  }, [isSupport, offerSupport]);

  // Balances and excess may have changed during another view.
  const lastView = useRef(route.view);
  useEffect(() => {
    if (route.view === 'topup' && lastView.current !== 'topup') void page.read();
    lastView.current = route.view;
  }, [route.view, page.read]);

  switch (route.view) {
    case 'orders':
      return (
        <Suspense fallback={<Skeleton shape="list" />}>
          <OrderHistory />
        </Suspense>
      );
    case 'statement':
      return (
        <Suspense fallback={<Skeleton shape="list" />}>
          <StatementPage />
        </Suspense>
      );
    case 'support':
      return (
        <Suspense fallback={<Skeleton shape="list" />}>
          <SupportPage />
        </Suspense>
      );
    case 'receipt':
      return (
        <Suspense fallback={<Skeleton shape="order" />}>
          <Receipt orderId={route.orderId} />
        </Suspense>
      );
    case 'order':
      return (
        <Suspense fallback={<Skeleton shape="order" />}>
          <OrderPage
            key={route.orderId}
            orderId={route.orderId}
            canOrder={canOrder}
            approvalLimit={space?.topupApprovalLimit ?? null}
            eligibility={space?.topupEligibility ?? null}
            onConfirmed={basket.clear}
            onAgain={(order) => {
              basket.fillFrom(order);
              navigate({ view: 'topup' });
            }}
          />
        </Suspense>
      );
    case 'topup':
      return (
        <>
          <Problems problems={page.problems} shownSince={page.receivedAt} onRetry={() => void page.read()} />
          {page.data === undefined && page.isLoading && <Skeleton shape="choose" />}
          {page.data && (
            <ChoosePage
              space={space}
              isComplete={page.problems.length === 0}
              canOrder={canOrder ?? true}
              basket={basket}
              onRefresh={() => void page.read()}
            />
          )}
        </>
      );
  }
}
