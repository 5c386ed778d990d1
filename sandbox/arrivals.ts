/**
 * Lets a test wait for a mail, a request or a delivery without polling. The wait ends at its arrival, or at once if it is there
 * already. A timeout rejects and names the awaited thing.
 */
export interface Arrivals<T> {
  announce(item: T): void;
  /** Calls the listener for each arrival from now on, before the waits. */
  watch(listener: (item: T) => void): void;
  waitFor(predicate: (item: T) => boolean, timeoutMs?: number): Promise<T>;
  /** Rejects every open wait and leaves no timer. */
  stop(): void;
}

interface Waiter<T> {
  predicate: (item: T) => boolean;
  resolve(item: T): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

const DEFAULT_TIMEOUT_MS = 10_000;

export function createArrivals<T>(what: string, existing: () => readonly T[]): Arrivals<T> {
  const waiters = new Set<Waiter<T>>();
  const watchers = new Set<(item: T) => void>();

  function drop(waiter: Waiter<T>): void {
    clearTimeout(waiter.timer);
    waiters.delete(waiter);
  }

  return {
    watch(listener) {
      watchers.add(listener);
    },
    announce(item) {
      for (const listener of watchers) listener(item);
      for (const waiter of [...waiters]) {
        if (!waiter.predicate(item)) continue;
        drop(waiter);
        waiter.resolve(item);
      }
    },
    waitFor(predicate, timeoutMs = DEFAULT_TIMEOUT_MS) {
      const item = existing().find(predicate);
      if (item !== undefined) return Promise.resolve(item);
      return new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => {
          drop(waiter);
          reject(new Error(`no such ${what} within ${timeoutMs} ms; ${existing().length} others are there`));
        }, timeoutMs);
        const waiter: Waiter<T> = { predicate, resolve, reject, timer };
        waiters.add(waiter);
      });
    },
    stop() {
      for (const waiter of [...waiters]) {
        drop(waiter);
        waiter.reject(new Error(`the sandbox stopped while waiting for a ${what}`));
      }
    },
  };
}
