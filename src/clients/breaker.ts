import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  SamplingBreaker,
  TaskCancelledError,
} from 'cockatiel';
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
 * is not asked for a moment (NotAskedError, at once), and then by one call, whose answer decides for all that came meanwhile.
 * An answer of whatever status is an answer: a package with a 500 of its own takes no other package away.
 */
export interface Breaker {
  /** Throws what `call` throws, or NotAskedError. */
  run<T>(call: () => Promise<T>): Promise<T>;
}

const WINDOW_MS = 10_000;
/** Of so few calls nothing is concluded: one package that hangs is asked for twice in a window. */
const FEWEST_CALLS = 5;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;

const STATES: Partial<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Open]: 'open',
};

const gotNoAnswer = (error: unknown): boolean =>
  error instanceof UpstreamError && error.kind === 'unavailable' && error.status === undefined;

export function createBreaker({ neighbour, patienceMs, onState }: BreakerOptions): Breaker {
  const policy: CircuitBreakerPolicy = circuitBreaker(handleWhen(gotNoAnswer), {
    halfOpenAfter: new ExponentialBackoff({ initialDelay: SHORTEST_PAUSE_MS, maxDelay: LONGEST_PAUSE_MS }),
    breaker: new SamplingBreaker({
      threshold: 0.5,
      duration: WINDOW_MS,
      minimumRps: (1000 * FEWEST_CALLS) / WINDOW_MS,
    }),
  });
  /** Until when callers wait for the one call that is let through. */
  let patientUntil = 0;
  policy.onHalfOpen(() => {
    patientUntil = performance.now() + patienceMs;
  });
  policy.onStateChange((state) => onState?.(neighbour, STATES[state] ?? 'open'));
  onState?.(neighbour, 'closed');

  const isClosed = () => policy.state === CircuitState.Closed;
  const notAsked = () => new NotAskedError(neighbour);

  /** The one call goes on when patience is over: its answer still decides. */
  async function impatiently<T>(call: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const impatient = new AbortController();
    const outcome = policy.execute(call, impatient.signal);
    outcome.catch(() => undefined);
    if (policy.state !== CircuitState.HalfOpen) return outcome;
    let timer: NodeJS.Timeout | undefined;
    const patienceOver = new Promise<never>((_, reject) => {
      const giveUp = () => {
        if (isClosed()) return;
        impatient.abort();
        reject(notAsked());
      };
      timer = setTimeout(giveUp, Math.max(0, patientUntil - performance.now()));
    });
    return Promise.race([outcome, patienceOver]).finally(() => clearTimeout(timer));
  }

  return {
    async run(call) {
      const watched = () => answered(call);
      try {
        const outcome = await (isClosed() ? policy.execute(watched) : impatiently(watched));
        if ('error' in outcome) throw outcome.error;
        return outcome.value;
      } catch (error) {
        if (error instanceof BrokenCircuitError || error instanceof TaskCancelledError) throw notAsked();
        throw error;
      }
    },
  };
}

type Outcome<T> = { value: T } | { error: UpstreamError };

/** A failure that the neighbour answered is a success for the breaker. */
async function answered<T>(call: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof UpstreamError && !gotNoAnswer(error)) return { error };
    throw error;
  }
}
