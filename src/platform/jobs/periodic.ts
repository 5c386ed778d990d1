import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { poolOf } from '../database/data-source.ts';
import type { Logger } from '../logger.ts';
import { createLease } from './lease.ts';

export interface PeriodicTask {
  name: string;
  /** From one start to the next, whichever replicas run it. */
  intervalSeconds: number;
  /** How long a holder that says nothing keeps the others away; half a minute where it is left out. */
  leaseSeconds?: number;
  /** May be run twice at once: a holder that was only frozen goes on when it wakes. Told to stop, it ends what it is at. */
  run(stopping: AbortSignal): Promise<void>;
}

const LEASE_SECONDS = 30;
/** Renewals within one lease: two may fail before the lease runs out. */
const RENEWALS = 3;
/** Two replicas that wake for the same start: one gets it, and the other is not to ask in a tight loop. */
const SHORTEST_WAIT_MS = 50;
/** Beyond this (25 days) Node's timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs a task once per interval on one of the replicas, whichever is alive: who takes its lease in the database runs it, and
 * none has to be the leader. A holder that dies or is frozen renews no more, and another takes over when the lease is over.
 * The lease spares work and guarantees nothing: row locks decide within the task. Nothing is held while it runs but the row.
 */
export function startPeriodic(database: DataSource, task: PeriodicTask, log: Logger): { stop(): Promise<void> } {
  const { name, intervalSeconds, leaseSeconds = LEASE_SECONDS } = task;
  const lease = createLease(poolOf(database), { name, intervalSeconds, leaseSeconds });
  const intervalMs = Math.min(intervalSeconds * 1000, LONGEST_TIMER_MS);
  const stopping = new AbortController();

  /** Runs it where it is due. Answers how long to wait before the next try. */
  async function tick(): Promise<number> {
    // Of this run, not of this replica: one that was frozen must not renew or give back what is another's by now.
    const holder = randomUUID();
    try {
      if (!(await lease.take(holder))) {
        return Math.min(intervalMs, Math.max(SHORTEST_WAIT_MS, await lease.millisecondsUntilDue()));
      }
      await runAs(holder);
    } catch (error) {
      log.error({ event: 'periodic_task_failed', task: name, reason: (error as Error).message });
    }
    return intervalMs;
  }

  async function runAs(holder: string): Promise<void> {
    const renewal = setInterval(() => void renew(holder, renewal), (leaseSeconds * 1000) / RENEWALS);
    try {
      await task.run(stopping.signal);
    } finally {
      clearInterval(renewal);
      await lease.giveBack(holder);
    }
  }

  async function renew(holder: string, renewal: NodeJS.Timeout): Promise<void> {
    try {
      if (await lease.renew(holder)) return;
      clearInterval(renewal);
      log.warn({ event: 'lease_lost', task: name });
    } catch (error) {
      log.warn({ event: 'heartbeat_failed', task: name, reason: (error as Error).message });
    }
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
