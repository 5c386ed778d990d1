import { setTimeout as sleep } from 'node:timers/promises';
import { CircuitState, SamplingBreaker } from 'cockatiel';
import { NotAskedError, UpstreamError } from './upstream-error.ts';

export type BreakerState = 'closed' | 'half_open' | 'open';

export interface BreakerOptions {
  neighbour: string;
  /** Longest that anybody waits for a neighbour that did not answer lately. */
  patienceMs: number;
  onState?: (neighbour: string, state: BreakerState) => void;
}

/**
 * Keeps a neighbour that does not answer from holding every caller: where most calls of the last ten seconds got no answer, it
 * is asked by one call at a time, whose answer decides for all that came meanwhile, with a pause after each (NotAskedError, at
 * once). An answer of whatever status is an answer: a package with a 500 of its own takes no other package away.
 */
export interface Breaker {
  /** Throws what `call` throws, or NotAskedError. What is urgent does not wait for the end of a pause: somebody is ordering. */
  run<T>(call: () => Promise<T>, options?: { urgent?: boolean }): Promise<T>;
}

const WINDOW_MS = 10_000;
/** Of so few calls nothing is concluded: one package that hangs is asked for twice in a window. */
const FEWEST_CALLS = 5;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;

/** The one call that is let through. It never rejects: whether the neighbour answered it. */
interface Probe {
  answered: Promise<boolean>;
  patientUntil: number;
}

const isSilence = (error: unknown): boolean =>
  error instanceof UpstreamError && error.kind === 'unavailable' && error.status === undefined;

export function createBreaker({ neighbour, patienceMs, onState }: BreakerOptions): Breaker {
  const minimumRps = (1000 * FEWEST_CALLS) / WINDOW_MS;
  const sample = new SamplingBreaker({ threshold: 0.5, duration: WINDOW_MS, minimumRps });
  let state: BreakerState = 'closed';
  let pauseMs = 0;
  let pausedUntil = 0;
  let probe: Probe | undefined;
  const enter = (next: BreakerState) => {
    state = next;
    onState?.(neighbour, next);
  };
  enter('closed');

  function open(): void {
    pauseMs = Math.min(Math.max(2 * pauseMs, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
    pausedUntil = performance.now() + pauseMs;
    enter('open');
  }

  function close(): void {
    pauseMs = 0;
    sample.success(CircuitState.HalfOpen);
    enter('closed');
  }

  /** What began before it opened, and ends after, is told by what comes later. */
  async function sampled<T>(call: () => Promise<T>): Promise<T> {
    const answered = (isWell: boolean) => {
      if (state !== 'closed') return;
      if (isWell) sample.success(CircuitState.Closed);
      else if (sample.failure(CircuitState.Closed)) open();
    };
    try {
      const answer = await call();
      answered(true);
      return answer;
    } catch (error) {
      answered(!isSilence(error));
      throw error;
    }
  }

  /** The call goes on when patience is over: its answer still decides. */
  function letThrough<T>(call: () => Promise<T>): Promise<T> {
    const answer = call();
    const answered = answer.then(
      () => true,
      (error) => !isSilence(error),
    );
    const current = { answered, patientUntil: performance.now() + patienceMs };
    probe = current;
    enter('half_open');
    void answered.then((isWell) => (isWell ? close() : open()));
    return patiently(current, answer);
  }

  async function patiently<T>({ patientUntil }: Probe, work: Promise<T>): Promise<T> {
    const enough = new AbortController();
    const giveUp = sleep(Math.max(0, patientUntil - performance.now()), undefined, { signal: enough.signal });
    const patienceOver = giveUp.then(() => Promise.reject(new NotAskedError(neighbour)));
    patienceOver.catch(() => undefined);
    try {
      return await Promise.race([work, patienceOver]);
    } finally {
      enough.abort();
    }
  }

  return {
    async run(call, { urgent = false } = {}) {
      while (state === 'half_open' && probe !== undefined) {
        const isWell = await patiently(probe, probe.answered);
        if (!isWell && !urgent) throw new NotAskedError(neighbour);
      }
      if (state === 'closed') return sampled(call);
      if (!urgent && performance.now() < pausedUntil) throw new NotAskedError(neighbour);
      return letThrough(call);
    },
  };
}
