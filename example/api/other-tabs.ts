/** Tells the browser's other tabs of this page that an order has changed. They read again. */
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('topup:orders');

export const tellOtherTabs = () => channel?.postMessage('changed');

/** Calls back whenever what is on the screen may be old: another tab acted, this tab is seen again, or the connection is back. */
export function onStale(read: () => void): () => void {
  const onVisible = () => {
    if (!document.hidden) read();
  };
  channel?.addEventListener('message', read);
  document.addEventListener('visibilitychange', onVisible);
  window.addEventListener('online', read);
  return () => {
    channel?.removeEventListener('message', read);
    document.removeEventListener('visibilitychange', onVisible);
    window.removeEventListener('online', read);
  };
}
