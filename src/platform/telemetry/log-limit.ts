import QuickLRU from 'quick-lru';
import type { Clock } from '../../kernel/clock.ts';

const ONCE_PER_MS = 60_000;
const MAX_KEYS = 1000;

/** What is said again and again while something is away is said once a minute. */
export function createLogLimit(clock: Clock): (key: string, say: () => void) => void {
  const said = new QuickLRU<string, number>({ maxSize: MAX_KEYS });
  return (key, say) => {
    const now = clock.now().getTime();
    const last = said.get(key);
    if (last !== undefined && now >= last && now - last < ONCE_PER_MS) return;
    said.set(key, now);
    say();
  };
}
