/** Seconds from each failed attempt to the next, as Standard Webhooks recommends: about three days in all. */
const WAITS = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
/** Adds up to a fifth, so that what failed together is not retried together. */
const JITTER = 0.2;

/** A subscription that had nothing but failures for this long is disabled. It is less than the sum of the waits. */
export const DISABLED_AFTER_MS = 72 * 3_600_000;

/** Milliseconds until the next attempt; undefined if the event is given up. `attempts` counts the failed ones. */
export function waitAfter(attempts: number, random: () => number = Math.random): number | undefined {
  const seconds = WAITS[attempts - 1];
  return seconds === undefined ? undefined : Math.round(seconds * 1000 * (1 + JITTER * random()));
}
