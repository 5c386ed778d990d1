import { perRequest, type RequestContext } from './request-context.ts';

/**
 * What every wait is given, however late it begins: a neighbour that is well answers in it, also a process that is busy. A page
 * waits three times at most, one after the other (gates, prices, prices of what is owed): "UPSTREAM_TIMEOUT_MS plus little".
 */
const SHORTEST_MS = 500;
/** A call that fails at its limit is to be seen to fail. */
const EXTRA_MS = 250;

const firstWait = perRequest(() => performance.now());

/** How long a request that reads may still wait for neighbours. */
export type PageWait = (request: RequestContext) => number;

/** All waits of one request share the time of one call: rows that need an answer which comes later go without, the others are shown. */
export function createPageWait(upstreamTimeoutMs: number): PageWait {
  return (request) => Math.max(SHORTEST_MS, upstreamTimeoutMs + EXTRA_MS - (performance.now() - firstWait(request)));
}
