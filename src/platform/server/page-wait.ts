import type { RequestContext } from './request-context.ts';

/**
 * The minimum of every wait, in which a healthy neighbour answers even a busy process. A page waits at most three times in a
 * row (gates, prices, prices of excess), so it takes little more than UPSTREAM_TIMEOUT_MS.
 */
const SHORTEST_MS = 500;
/** The time in which a call that runs into its own timeout still reports the failure. */
const EXTRA_MS = 250;

/** Returns the time that a read may still wait for neighbours, in milliseconds. */
export type PageWait = (request: RequestContext) => number;

/** Lets all waits of one request share the time of one call. A page shows the rows whose answers arrive in time. */
export function createPageWait(upstreamTimeoutMs: number): PageWait {
  return ({ startedAt }) => Math.max(SHORTEST_MS, upstreamTimeoutMs + EXTRA_MS - (performance.now() - startedAt));
}
