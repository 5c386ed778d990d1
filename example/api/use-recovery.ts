import { useEffect, useRef } from 'react';
import type { LiveAnswer } from './use-answer.ts';

const FIRST_MS = 3_000;
const LONGEST_MS = 45_000;

/** Failures that another try does not mend. */
const FINAL: ReadonlySet<string | undefined> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT']);

/**
 * Reads again after an answer that failed, or `isPart` of which is missing for the moment: about 3 s later, then 6 s, 12 s, and at most 45 s.
 * Chance spreads the pages that failed together. A hidden tab does not; it reads when it is seen again.
 */
export function useRecovery(
  { problems, isLoading, read }: Pick<LiveAnswer<unknown>, 'problems' | 'isLoading' | 'read'>,
  isPart: boolean,
): void {
  const failures = useRef(0);
  const mayPass = isPart || problems.some(({ code }) => !FINAL.has(code));
  useEffect(() => {
    if (isLoading) return;
    if (!mayPass) {
      failures.current = 0;
      return;
    }
    const waitMs = Math.min(FIRST_MS * 2 ** failures.current, LONGEST_MS) * (0.75 + Math.random() / 2);
    const timer = setTimeout(() => {
      failures.current += 1;
      if (!document.hidden) void read();
    }, waitMs);
    return () => clearTimeout(timer);
  }, [isLoading, mayPass, read]);
}
