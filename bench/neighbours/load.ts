import type { Caller } from './caller.ts';
import { askPage, type PageAnswer } from './page.ts';

export interface Figures {
  requestsPerSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  slowest: number;
}

export interface Run {
  figures: Figures;
  pages: readonly PageAnswer[];
}

/**
 * A closed loop: every caller requests the page again as soon as it arrives, for this long; then waits for the last
 * answers.
 */
export async function load(callers: readonly Caller[], seconds: number): Promise<Run> {
  const pages: PageAnswer[] = [];
  const startedAt = performance.now();
  const over = startedAt + seconds * 1000;
  await Promise.all(
    callers.map(async (caller) => {
      do pages.push(await askPage(caller));
      while (performance.now() < over);
    }),
  );
  const took = (performance.now() - startedAt) / 1000;
  return {
    pages,
    figures: figuresOf(
      pages.map(({ ms }) => ms),
      took,
    ),
  };
}

export function figuresOf(times: readonly number[], seconds: number): Figures {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    requestsPerSecond: times.length / seconds,
    p50: percentile(sorted, 50),
    p99: percentile(sorted, 99),
    slowest: sorted.at(-1) ?? Number.NaN,
  };
}

/** The smallest value that this percentage of samples does not exceed. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    50,
  );
}

/** Returns the median of each figure separately. */
export function medianOf(runs: readonly Figures[]): Figures {
  const of = (name: keyof Figures) => median(runs.map((run) => run[name]));
  return { requestsPerSecond: of('requestsPerSecond'), p50: of('p50'), p99: of('p99'), slowest: of('slowest') };
}
