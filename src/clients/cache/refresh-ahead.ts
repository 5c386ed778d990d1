import pLimit from 'p-limit';
import type { Remembered } from './remembered.ts';
import type { SharedEntries } from './shared-entries.ts';

const LONGEST_SWEEP_MS = 60_000;
/** How often it looks within an entry's time: a few times in the last tenth, so that a failure can be made good. */
const SWEEPS = 40;
/** The other connections are for those who wait. */
const REFRESHES_AT_ONCE = 4;

export interface RefreshAhead {
  /** In the background: whoever reads an entry that runs out does not wait. */
  refresh(id: string): void;
  stop(): void;
}

interface Parts<T> {
  remembered: Remembered<T>;
  shared: SharedEntries<T> | undefined;
  ttlMs: number;
  /** Asks and remembers; where that fails, what is there serves until its time is over. */
  ask: (id: string) => Promise<void>;
}

/**
 * Asks again for what is in use, in the last tenth of its time: one replica does, the others read what it brings. A value that
 * nobody used for as long as it lives is let go.
 */
export function startRefreshAhead<T>({ remembered, shared, ttlMs, ask }: Parts<T>): RefreshAhead {
  const underWay = new Set<string>();
  const limit = pLimit(REFRESHES_AT_ONCE);

  async function refreshOnce(id: string): Promise<void> {
    const unlock = await shared?.lock(id);
    if (unlock === 'taken') return;
    try {
      const [entry] = (await shared?.read([id])) ?? [];
      if (entry !== undefined && remembered.isEarly(entry)) remembered.add(id, entry);
      else await ask(id);
    } finally {
      void unlock?.();
    }
  }

  function refresh(id: string): void {
    if (underWay.has(id)) return;
    underWay.add(id);
    // A bug shows where somebody waits for the answer.
    limit(() => refreshOnce(id))
      .catch(() => undefined)
      .finally(() => underWay.delete(id));
  }

  const sweep = () => remembered.expiring().forEach(refresh);
  const timer = setInterval(sweep, Math.min(ttlMs / SWEEPS, LONGEST_SWEEP_MS)).unref();
  return { refresh, stop: () => clearInterval(timer) };
}
