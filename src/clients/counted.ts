import { NotAskedError, UpstreamError } from './upstream-error.ts';

/** `outcome`: ok, a kind of UpstreamError, not_asked, or bug. `seconds`: the wait of the caller. */
export type OnCall = (neighbour: string, outcome: string, seconds: number) => void;

/** Reports the outcome and the duration of a call. */
export async function counted<T>(neighbour: string, onCall: OnCall | undefined, call: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const report = (outcome: string) => onCall?.(neighbour, outcome, (performance.now() - startedAt) / 1000);
  try {
    const answer = await call();
    report('ok');
    return answer;
  } catch (error) {
    if (error instanceof NotAskedError) report('not_asked');
    else report(error instanceof UpstreamError ? error.kind : 'bug');
    throw error;
  }
}
