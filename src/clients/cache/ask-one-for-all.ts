import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry, SharedEntries } from './shared-entries.ts';

const POLL_MS = 25;

/**
 * Of all replicas that miss an id at the same time one asks, and the others take over what it brings. One that takes long, or
 * dies, is waited for `followMs`: then this replica asks for itself. So the neighbour gets one call in the usual case and never
 * more than one per replica, and nobody depends on another replica.
 */
export async function askOneForAll<T, R>(
  entries: SharedEntries<T>,
  id: string,
  { known, ask, followMs }: { known: (entry: Entry<T>) => R | undefined; ask: () => Promise<R>; followMs: number },
): Promise<R> {
  const patientUntil = performance.now() + followMs;
  for (;;) {
    // Read behind the lock, ours or not: another may have brought it since we looked.
    const [unlock, [entry]] = await Promise.all([entries.lock(id), entries.read([id])]);
    try {
      const result = entry && known(entry);
      if (result !== undefined) return result;
      if (unlock !== 'taken' || performance.now() >= patientUntil) return await ask();
    } finally {
      if (unlock !== 'taken') void unlock();
    }
    await sleep(POLL_MS);
  }
}
