import { lazy, type ReactNode, Suspense } from 'react';
import { Skeleton } from './ui/skeleton.tsx';

// A first visit loads the options only.
export const OrderPage = lazy(() => import('./order/order-page.tsx').then((module) => ({ default: module.OrderPage })));
export const Receipt = lazy(() => import('./order/receipt.tsx').then((module) => ({ default: module.Receipt })));
export const SupportPage = lazy(() =>
  import('./support/support-page.tsx').then((module) => ({ default: module.SupportPage })),
);
export const OrderHistory = lazy(() =>
  import('./history/order-history.tsx').then((module) => ({ default: module.OrderHistory })),
);
export const StatementPage = lazy(() =>
  import('./statement/statement-page.tsx').then((module) => ({ default: module.StatementPage })),
);

/** Shows a skeleton while the script of a view loads. */
export function Lazy({ shape, children }: { shape: 'list' | 'order'; children: ReactNode }) {
  return <Suspense fallback={<Skeleton shape={shape} />}>{children}</Suspense>;
}
