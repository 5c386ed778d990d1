interface Steps {
  /** Steps that accept no more work and finish the work in flight; they run in parallel. */
  finish: Readonly<Record<string, (drained: boolean) => Promise<void>>>;
  /** Closes the connections, after all steps. */
  release: () => Promise<void>;
}

export interface Stopping {
  /** Finishes requests and jobs in flight, then closes every connection. */
  stop(drained: boolean): Promise<void>;
  /** Names of the steps that stop() still waits for. */
  unfinished(): string[];
}

/** Stops in order, and can name the steps in progress, for the log of a stop that hangs. */
export function createStopping({ finish, release }: Steps): Stopping {
  const inProgress = new Set<string>();
  const waitFor = async (step: string, run: () => Promise<void>) => {
    inProgress.add(step);
    await run();
    inProgress.delete(step);
  };
  return {
    async stop(drained) {
      await Promise.all(Object.entries(finish).map(([step, run]) => waitFor(step, () => run(drained))));
      await waitFor('connections', release);
    },
    unfinished: () => [...inProgress],
  };
}
