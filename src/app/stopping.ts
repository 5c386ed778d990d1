interface Steps {
  /** Take no more work and finish what is in flight, side by side. */
  finish: Readonly<Record<string, () => Promise<void>>>;
  /** Give back what that work used. */
  release: () => Promise<void>;
}

export interface Stopping {
  stop(): Promise<void>;
  /** Names of the steps that stop() still waits for. */
  unfinished(): string[];
}

/** Stops in order, and can tell at any time what it still waits for. */
export function createStopping({ finish, release }: Steps): Stopping {
  const awaited = new Set<string>();
  const waitFor = async (step: string, run: () => Promise<void>) => {
    awaited.add(step);
    await run();
    awaited.delete(step);
  };
  return {
    async stop() {
      await Promise.all(Object.entries(finish).map(([step, run]) => waitFor(step, run)));
      await waitFor('connections', release);
    },
    unfinished: () => [...awaited],
  };
}
