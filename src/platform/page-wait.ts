import { perRequest, type RequestContext } from './request-context.ts';

/** "UPSTREAM_TIMEOUT_MS plus little": what a page may take beyond one call, however many it needs one after the other. */
const EXTRA_MS = 250;

const firstWait = perRequest(() => performance.now());

/** How long a request that reads may still wait for neighbours. */
export type PageWait = (request: RequestContext) => number;

/** All waits of one request are one wait: rows that need an answer which comes later go without, the others are shown. */
export function createPageWait(upstreamTimeoutMs: number): PageWait {
  return (request) => upstreamTimeoutMs + EXTRA_MS - (performance.now() - firstWait(request));
}
