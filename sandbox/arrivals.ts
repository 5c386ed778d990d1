/**
 * Lets a test wait for something (a mail, a request, a delivery) without polling: the wait ends when it arrives, at once
 * if it is there already. A wait that runs out rejects and says what it was waiting for.
 */
export interface Arrivals<T> {
  announce(item: T): void;
  waitFor(predicate: (item: T) => boolean, timeoutMs?: number): Promise<T>;
  /** Rejects whoever still waits and leaves no timer. */
  stop(): void;
}

interface Waiter<T> {
  predicate: (item: T) => boolean;
  resolve(item: T): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

const DEFAULT_TIMEOUT_MS = 10_000;

export function createArrivals<T>(what: string, kept: () => readonly T[]): Arrivals<T> {
  const waiters = new Set<Waiter<T>>();

  function drop(waiter: Waiter<T>): void {
    clearTimeout(waiter.timer);
    waiters.delete(waiter);
  }

  return {
    announce(item) {
      for (const waiter of [...waiters]) {
        if (!waiter.predicate(item)) continue;
        drop(waiter);
        waiter.resolve(item);
      }
    },
    waitFor(predicate, timeoutMs = DEFAULT_TIMEOUT_MS) {
      const there = kept().find(predicate);
      if (there !== undefined) return Promise.resolve(there);
      return new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => {
          drop(waiter);
          reject(new Error(`no such ${what} within ${timeoutMs} ms; ${kept().length} others are there`));
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
