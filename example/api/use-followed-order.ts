import { useEffect, useRef } from 'react';
import { type TopupLanguage, WaitForTopupOrderDocument } from './documents.ts';
import type { Graph } from './graph.ts';
import { useSession } from './session.tsx';
import type { Order } from './types.ts';
import type { LiveAnswer } from './use-answer.ts';
import { useVisible } from './use-visible.ts';

/** The most that the service takes. */
const WAIT_SECONDS = 25;
/** An unchanged order that comes back sooner did not wait: the replica stops, or a gateway cuts requests off. */
const SHORTEST_WAIT_MS = 1000;

type Live = Pick<LiveAnswer<unknown>, 'read' | 'show'>;

/**
 * Follows an order live: a request waits at the service and is answered when the order changes. If the service refuses to wait, the order is
 * read every `pauseMs` instead, and each time the page asks to wait again. A hidden tab does not wait, because the service bounds its waiters;
 * it reads the order when it is seen again. 0 does not follow.
 */
export function useFollowedOrder(answer: Live, order: Order | null, pauseMs: number, language: TopupLanguage): void {
  const { graph } = useSession();
  const isVisible = useVisible();
  const live = useRef(answer);
  live.current = answer;
  const changedAt = useRef('');
  changedAt.current = order?.changedAt ?? '';
  const id = order?.id;
  useEffect(() => {
    if (id === undefined || pauseMs === 0 || !isVisible) return;
    const leaving = new AbortController();
    void follow({ graph, id, language, pauseMs, since: changedAt.current, live: () => live.current }, leaving.signal);
    return () => leaving.abort();
  }, [graph, id, language, pauseMs, isVisible]);
}

interface Following {
  graph: Graph;
  id: string;
  language: TopupLanguage;
  pauseMs: number;
  since: string;
  live(): Live;
}

async function follow(following: Following, signal: AbortSignal): Promise<void> {
  const { graph, id, language, pauseMs, live } = following;
  let { since } = following;
  while (!signal.aborted) {
    const askedAt = performance.now();
    const wanted = { id, changedSince: since, waitSeconds: WAIT_SECONDS, language };
    const { data, problems } = await graph.ask(WaitForTopupOrderDocument, wanted, signal);
    if (signal.aborted) return;
    const order = data?.topupOrder;
    if (order && problems.length === 0) {
      graph.rememberOrder(order, language);
      live().show();
      const hasWaited = order.changedAt !== since || performance.now() - askedAt > SHORTEST_WAIT_MS;
      since = order.changedAt;
      if (hasWaited) continue;
    } else {
      await live().read();
    }
    await pause(pauseMs, signal);
  }
}

/** Resolves after the time, or at once when the signal comes. */
const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
