/** Waits that end when the server stops, so that none outlives it. */
export interface Pauses {
  /** Resolves to true after that time, or early to false when everything is released. */
  pause(ms: number): Promise<boolean>;
  release(): void;
}

export function createPauses(): Pauses {
  const waiting = new Map<NodeJS.Timeout, (elapsed: boolean) => void>();
  return {
    pause: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(timer);
          resolve(true);
        }, ms);
        timer.unref();
        waiting.set(timer, resolve);
      }),
    release() {
      for (const [timer, resolve] of waiting) {
        clearTimeout(timer);
        resolve(false);
      }
      waiting.clear();
    },
  };
}
