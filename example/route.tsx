import { type MouseEvent, type ReactNode, useEffect, useState } from 'react';

/** The payment provider and the mails lead to an order's address: ?orderId=<id>. */
export type Route =
  | { view: 'topup' }
  | { view: 'orders' }
  | { view: 'statement' }
  | { view: 'support' }
  | { view: 'order'; orderId: string }
  | { view: 'receipt'; orderId: string };

export function currentRoute(): Route {
  const query = new URLSearchParams(location.search);
  const [orderId, view] = [query.get('orderId'), query.get('view')];
  if (orderId) return { view: view === 'receipt' ? 'receipt' : 'order', orderId };
  return view === 'orders' || view === 'statement' || view === 'support' ? { view } : { view: 'topup' };
}

function addressOf(route: Route): string {
  switch (route.view) {
    case 'order':
      return `?${new URLSearchParams({ orderId: route.orderId })}`;
    case 'receipt':
      return `?${new URLSearchParams({ orderId: route.orderId, view: 'receipt' })}`;
    case 'orders':
    case 'statement':
    case 'support':
      return `?view=${route.view}`;
    case 'topup':
      return location.pathname;
  }
}

const NAVIGATED = 'topup:navigated';

export function navigate(route: Route): void {
  history.pushState(null, '', addressOf(route));
  window.dispatchEvent(new Event(NAVIGATED));
  window.scrollTo(0, 0);
}

export function useRoute(): Route {
  const [route, setRoute] = useState(currentRoute);
  useEffect(() => {
    const follow = () => setRoute(currentRoute());
    window.addEventListener('popstate', follow);
    window.addEventListener(NAVIGATED, follow);
    return () => {
      window.removeEventListener('popstate', follow);
      window.removeEventListener(NAVIGATED, follow);
    };
  }, []);
  return route;
}

interface LinkProps {
  to: Route;
  className?: string;
  isCurrent?: boolean;
  /** Replaces the navigation, for a link that does something on its way. */
  onFollow?: () => void;
  children: ReactNode;
}

/** A real link (new tab, copy address) that navigates without a reload. */
export function Link({ to, className, isCurrent = false, onFollow, children }: LinkProps) {
  function follow(event: MouseEvent) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (onFollow) onFollow();
    else navigate(to);
  }
  return (
    <a href={addressOf(to)} className={className} aria-current={isCurrent ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  );
}
