const STEP_MS = 50;

interface Waiter {
  until: number;
  giveUp: () => void;
}

let attended = 0;
let isTicking = false;
const waiters = new Set<Waiter>();

function tick(): void {
  attended += STEP_MS;
  for (const waiter of waiters) {
    if (waiter.until > attended) continue;
    waiters.delete(waiter);
    waiter.giveUp();
  }
}

/**
 * Milliseconds, in steps, for which this process could look whether somebody had answered. A process that is too busy to look
 * for a second loses one step: what it waits for may have been there all the while, and is not late by that.
 */
export function attendedMs(): number {
  if (!isTicking) setInterval(tick, STEP_MS).unref();
  isTicking = true;
  return attended;
}

/** What `work` comes to, or what `otherwise` says (it may throw) after so much attended time. The work goes on. */
export function within<T>(ms: number, work: Promise<T>, otherwise: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    // A step more: the first may be over in a moment.
    const until = attendedMs() + Math.max(0, ms) + STEP_MS;
    const giveUp = () => {
      try {
        resolve(otherwise());
      } catch (error) {
        reject(error);
      }
    };
    const waiter = { until, giveUp };
    waiters.add(waiter);
    work.then(resolve, reject).finally(() => waiters.delete(waiter));
  });
}
