import { NotAskedError, UpstreamError } from './upstream-error.ts';

/** `outcome`: ok, a kind of UpstreamError, not_asked, or bug. `seconds`: as long as the caller waited. */
export type OnCall = (neighbour: string, outcome: string, seconds: number) => void;

/** Tells what became of a call, and how long it took. */
export async function counted<T>(neighbour: string, onCall: OnCall | undefined, call: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const tell = (outcome: string) => onCall?.(neighbour, outcome, (performance.now() - startedAt) / 1000);
  try {
    const answer = await call();
    tell('ok');
    return answer;
  } catch (error) {
    if (error instanceof NotAskedError) tell('not_asked');
    else tell(error instanceof UpstreamError ? error.kind : 'bug');
    throw error;
  }
}
