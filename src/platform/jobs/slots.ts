import type { WorkerEvents } from 'graphile-worker';

/** The library calls a slot a worker: it claims one job after the other. */
interface Slot {
  /** The job in progress. */
  jobId?: string | undefined;
  hasClaimed: boolean;
  /** Checks in a row without a claim. */
  missed: number;
}

/** A slot asks for a job every one to three seconds. Time does not count here: a process that was paused has missed one check. */
const MISSED_CHECKS = 3;

export interface Slots {
  /** Resolves with a reason when the runner has to be replaced. */
  readonly failed: Promise<string>;
  /** Each slot runs a job, or has claimed one, or heard that none is due, since the last check but one. */
  readonly areClaiming: boolean;
  /** No slot runs a job. */
  readonly areIdle: boolean;
  runs(jobId: string): boolean;
  /** Call it every few seconds. */
  check(): void;
  fail(reason: string): void;
}

/**
 * Watches the slots of a runner through the library's events, because an outage may leave the library hanging without an error. A
 * claim is a write, so a claim that the database answers proves the whole way. A runner fails when one of its slots goes without
 * an answer for three checks (it hangs, or the library waits up to minutes before it tries again), or when the library stops
 * unasked.
 */
export function watchSlots(events: WorkerEvents): Slots {
  const slots = new Map<string, Slot>();
  const failed = Promise.withResolvers<string>();
  const all = (is: (slot: Slot) => boolean) => [...slots.values()].every(is);
  const change = (workerId: string, to: Partial<Slot>) => slots.set(workerId, { ...slotOf(workerId), ...to });
  const slotOf = (workerId: string): Slot => slots.get(workerId) ?? { hasClaimed: false, missed: 1 };

  events.on('worker:create', ({ worker }) => change(worker.workerId, {}));
  events.on('worker:getJob:empty', ({ worker }) => change(worker.workerId, { hasClaimed: true, missed: 0 }));
  events.on('job:start', ({ worker, job }) => change(worker.workerId, { jobId: job.id, hasClaimed: true, missed: 0 }));
  events.on('job:complete', ({ worker }) => change(worker.workerId, { jobId: undefined, hasClaimed: true }));
  events.on('pool:gracefulShutdown', ({ message }) => failed.resolve(message));

  return {
    failed: failed.promise,
    get areClaiming() {
      return slots.size > 0 && all(({ jobId, missed }) => jobId !== undefined || missed === 0);
    },
    get areIdle() {
      return all(({ jobId }) => jobId === undefined);
    },
    runs: (id) => !all(({ jobId }) => jobId !== id),
    check() {
      for (const slot of slots.values()) {
        slot.missed = slot.hasClaimed || slot.jobId !== undefined ? 0 : slot.missed + 1;
        slot.hasClaimed = false;
      }
      if (!all(({ missed }) => missed < MISSED_CHECKS)) failed.resolve('it takes no jobs');
    },
    fail: failed.resolve,
  };
}
