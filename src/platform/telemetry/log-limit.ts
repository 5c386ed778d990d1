import QuickLRU from 'quick-lru';
import type { Clock } from '../../kernel/clock.ts';

const ONCE_PER_MS = 60_000;
const MAX_KEYS = 1000;

/** Runs `log` at most once a minute per key, so that an outage does not flood the log. */
export function createLogLimit(clock: Clock): (key: string, log: () => void) => void {
  const loggedAt = new QuickLRU<string, number>({ maxSize: MAX_KEYS });
  return (key, log) => {
    const now = clock.now().getTime();
    const last = loggedAt.get(key);
    if (last !== undefined && now >= last && now - last < ONCE_PER_MS) return;
    loggedAt.set(key, now);
    log();
  };
}
