import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { poolOf } from '../database/data-source.ts';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { createLease } from './lease.ts';

export interface PeriodicTask {
  name: string;
  /** From one start to the next, whichever replicas run it. */
  intervalSeconds: number;
  /** How long a holder that says nothing keeps the others away; half a minute where it is left out. */
  leaseSeconds?: number;
  /** After it the holder counts as hung, and renews no more; where left out ten intervals, ten minutes at least. */
  longestRunSeconds?: number;
  /** May be run twice at once: a holder that was only frozen goes on when it wakes. Told to stop, it ends what it is at. */
  run(stopping: AbortSignal): Promise<void>;
}

const LEASE_SECONDS = 30;
/** Renewals within one lease: two may fail before the lease runs out. */
const RENEWALS = 3;
const LONGEST_RUN_INTERVALS = 10;
const LONGEST_RUN_SECONDS = 600;
/** Two replicas that wake for the same start: one gets it, and the other is not to ask in a tight loop. */
const SHORTEST_WAIT_MS = 50;
/** Beyond this (25 days) Node's timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs a task once per interval on one of the replicas, whichever is alive: who takes its lease in the database runs it, and
 * none has to be the leader. A holder that dies, is frozen or hangs renews no more, and another takes over when the lease is over.
 * The lease spares work and guarantees nothing: row locks decide within the task. Nothing is held while it runs but the row.
 */
export function startPeriodic(database: DataSource, task: PeriodicTask, log: Logger): { stop(): Promise<void> } {
  const { name, intervalSeconds, leaseSeconds = LEASE_SECONDS } = task;
  const longestRunSeconds =
    task.longestRunSeconds ?? Math.max(LONGEST_RUN_INTERVALS * intervalSeconds, LONGEST_RUN_SECONDS);
  const lease = createLease(poolOf(database), { name, intervalSeconds, leaseSeconds });
  const intervalMs = Math.min(intervalSeconds * 1000, LONGEST_TIMER_MS);
  const stopping = new AbortController();

  /** Runs it where it is due. Answers how long to wait before the next try. */
  async function tick(): Promise<number> {
    // Of this run, not of this replica: one that was frozen must not renew or give back what is another's by now.
    const holder = randomUUID();
    try {
      if (await lease.take(holder)) await runAs(holder);
      return Math.min(intervalMs, Math.max(SHORTEST_WAIT_MS, await lease.millisecondsUntilDue()));
    } catch (error) {
      log.error({ event: 'periodic_task_failed', task: name, reason: reasonOf(error) });
      return intervalMs;
    }
  }

  async function runAs(holder: string): Promise<void> {
    const stopRenewing = keepRenewing(holder);
    try {
      await task.run(stopping.signal);
    } finally {
      stopRenewing();
      await lease.giveBack(holder);
    }
  }

  /** Until the run ends, the lease is another's, or the run hangs: timers go on beside a run that never will. */
  function keepRenewing(holder: string): () => void {
    const renewalMs = (leaseSeconds * 1000) / RENEWALS;
    let renewalsLeft = Math.ceil((longestRunSeconds * 1000) / renewalMs);
    let isOver = false;
    const stop = () => {
      isOver = true;
      clearInterval(timer);
    };
    async function renew(): Promise<void> {
      if (renewalsLeft === 0) {
        stop();
        log.error({ event: 'periodic_task_hangs', task: name });
        return;
      }
      renewalsLeft -= 1;
      try {
        // One that was under way when the run gave its lease back finds nothing to renew, and nothing was lost.
        if ((await lease.renew(holder)) || isOver) return;
        stop();
        log.warn({ event: 'lease_lost', task: name });
      } catch (error) {
        log.warn({ event: 'heartbeat_failed', task: name, reason: reasonOf(error) });
      }
    }
    const timer = setInterval(() => void renew(), renewalMs);
    return stop;
  }

  // One after the other: a slow run is never overtaken by itself. The first is one interval after the start.
  async function loop(): Promise<void> {
    for (let waitMs = intervalMs; ; waitMs = await tick()) {
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
    }
  }

  const running = loop();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
