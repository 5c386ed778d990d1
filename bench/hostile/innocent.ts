import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../neighbours/caller.ts';
import { type Figures, figuresOf } from '../neighbours/load.ts';
import { askPage } from '../neighbours/page.ts';

/** Pages per second: the load of a few people, and enough samples for a 99th percentile. */
const RATE = 50;

/**
 * Requests the page at a steady rate, without waiting for the previous answer, for at least this long and until `work`
 * ends. A page is timed from the moment when it was due, so that one long stall counts for every page that it delays.
 */
export async function whileAsking(
  callers: readonly Caller[],
  seconds: number,
  work: Promise<unknown>,
): Promise<Figures> {
  const times: number[] = [];
  const asked: Promise<void>[] = [];
  const startedAt = performance.now();
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  for (let due = startedAt; !isOver || due < startedAt + seconds * 1000; due += 1000 / RATE) {
    await sleep(Math.max(0, due - performance.now()));
    const caller = callers[asked.length % callers.length];
    if (caller === undefined) throw new Error('nobody asks');
    const page = async () => {
      const { shown } = await askPage(caller);
      if (shown === undefined) throw new Error('an innocent page was refused');
      times.push(performance.now() - due);
    };
    asked.push(page());
  }
  await Promise.all([over, ...asked]);
  return figuresOf(times, (performance.now() - startedAt) / 1000);
}
