import { useEffect, useRef } from 'react';
import { TopupPageDocument, type TopupPageQuery } from './api/documents.ts';
import { useSession } from './api/session.tsx';
import { type LiveAnswer, useAnswer } from './api/use-answer.ts';
import { useRecovery } from './api/use-recovery.ts';
import { type Basket, useBasket } from './choose/basket.ts';
import { ChoosePage } from './choose/choose-page.tsx';
import { Lazy, OrderHistory, OrderPage, Receipt, StatementPage, SupportPage } from './lazy-views.tsx';
import { navigate, useRoute } from './route.tsx';
import { useLanguage } from './text/language.tsx';
import { Problems } from './ui/problems.tsx';
import { Skeleton } from './ui/skeleton.tsx';

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
  // Undefined until the viewer's permissions are known. The service refuses what a token may not do, so that a failed read hides nothing.
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
        <Lazy shape="list">
          <OrderHistory />
        </Lazy>
      );
    case 'statement':
      return (
        <Lazy shape="list">
          <StatementPage />
        </Lazy>
      );
    case 'support':
      return (
        <Lazy shape="list">
          <SupportPage />
        </Lazy>
      );
    case 'receipt':
      return (
        <Lazy shape="order">
          <Receipt orderId={route.orderId} />
        </Lazy>
      );
    case 'order':
      return (
        <Lazy shape="order">
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
        </Lazy>
      );
    case 'topup':
      return <TopupView page={page} canOrder={canOrder ?? true} basket={basket} />;
  }
}

interface TopupProps {
  page: LiveAnswer<TopupPageQuery>;
  canOrder: boolean;
  basket: Basket;
}

function TopupView({ page, canOrder, basket }: TopupProps) {
  return (
    <>
      <Problems problems={page.problems} shownSince={page.receivedAt} onRetry={() => void page.read()} />
      {page.data === undefined && page.isLoading && <Skeleton shape="choose" />}
      {page.data && (
        <ChoosePage
          space={page.data.topupOrganization ?? null}
          isComplete={page.problems.length === 0}
          canOrder={canOrder}
          basket={basket}
          onRefresh={() => void page.read()}
        />
      )}
    </>
  );
}
