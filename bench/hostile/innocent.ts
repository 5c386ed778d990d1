import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../neighbours/caller.ts';
import { type Figures, figuresOf } from '../neighbours/load.ts';
import { askPage } from '../neighbours/page.ts';

/** Pages per second: what a few people who click make, and enough for a last in a hundred. */
const RATE = 50;

/**
 * Asks for the page at a steady rate, whether or not the last answer has come, for at least so long and until `work` is over.
 * A page is timed from when it was due: who is kept waiting is not counted once for many.
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
