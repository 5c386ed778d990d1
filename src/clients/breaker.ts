import { within } from './deadline.ts';
import { NotAskedError, UpstreamError } from './upstream-error.ts';

export type BreakerState = 'closed' | 'half_open' | 'open';

export interface BreakerOptions {
  neighbour: string;
  /** Longest that anybody waits for another one's call to a neighbour that did not answer lately. */
  patienceMs: number;
  onState?: (neighbour: string, state: BreakerState) => void;
  /** Milliseconds of a clock that nobody sets. */
  now?: () => number;
}

export interface BreakerUse {
  /** It does not wait for the end of a pause, and if it is the one call that is let through, it waits for its whole answer. */
  urgent?: boolean;
  /** How long it may wait for others before it is made. */
  waitMs?: number;
}

/**
 * Keeps a neighbour that does not answer from holding every caller: where most calls of the last ten seconds got no answer, it
 * is asked by one call at a time, whose answer decides for all that came meanwhile, with a pause after each (NotAskedError, at
 * once). An answer of whatever status is an answer: a package with a 500 of its own takes no other package away.
 */
export interface Breaker {
  /** Throws what `call` throws, or NotAskedError. */
  run<T>(call: () => Promise<T>, use?: BreakerUse): Promise<T>;
}

const WINDOW_MS = 10_000;
/** Of so few calls nothing is concluded: one package that hangs is asked for twice in a window. */
const FEWEST_CALLS = 5;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;

/** The one call that is let through. `answered` never rejects: whether the neighbour answered it. */
interface Probe {
  answered: Promise<boolean>;
  patientUntil: number;
}

const isSilence = (error: unknown): boolean =>
  error instanceof UpstreamError && error.kind === 'unavailable' && error.status === undefined;

export function createBreaker(options: BreakerOptions): Breaker {
  const { neighbour, patienceMs, onState, now = () => performance.now() } = options;
  /** Of the last ten seconds, the oldest first. */
  let calls: { at: number; answered: boolean }[] = [];
  let state: BreakerState = 'closed';
  /** From one opening or closing to the next. What began in another one is told by what came later. */
  let era = 0;
  let pauseMs = 0;
  let pausedUntil = 0;
  let probe: Probe | undefined;
  const enter = (next: BreakerState) => {
    state = next;
    onState?.(neighbour, next);
  };
  enter('closed');

  function open(): void {
    era += 1;
    pauseMs = Math.min(Math.max(2 * pauseMs, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
    pausedUntil = now() + pauseMs;
    enter('open');
  }

  function close(): void {
    era += 1;
    calls = [];
    pauseMs = 0;
    enter('closed');
  }

  function note(answered: boolean): void {
    calls = [...calls.filter(({ at }) => now() - at < WINDOW_MS), { at: now(), answered }];
    const silent = calls.filter((call) => !call.answered).length;
    if (!answered && calls.length >= FEWEST_CALLS && silent > calls.length / 2) open();
  }

  async function noted<T>(call: () => Promise<T>): Promise<T> {
    const begun = era;
    try {
      const answer = await call();
      if (begun === era) note(true);
      return answer;
    } catch (error) {
      if (begun === era) note(!isSilence(error));
      throw error;
    }
  }

  /** The call goes on when patience is over: its answer still decides. */
  function letThrough<T>(call: () => Promise<T>, urgent: boolean): Promise<T> {
    const answer = call();
    const answered = answer.then(
      () => true,
      (error) => !isSilence(error),
    );
    probe = { answered, patientUntil: now() + patienceMs };
    enter('half_open');
    void answered.then((isWell) => (isWell ? close() : open()));
    const giveUp = () => {
      throw new UpstreamError(neighbour, 'unavailable', 'no answer yet, and none to others lately');
    };
    return urgent ? answer : within(patienceMs, answer, giveUp);
  }

  const notAsked = (): never => {
    throw new NotAskedError(neighbour);
  };

  return {
    async run(call, { urgent = false, waitMs = patienceMs } = {}) {
      const patientUntil = now() + waitMs;
      while (state === 'half_open' && probe !== undefined) {
        const left = Math.min(probe.patientUntil, patientUntil) - now();
        const isWell = left > 0 ? await within(left, probe.answered, notAsked) : notAsked();
        if (!isWell && !urgent) notAsked();
      }
      if (state === 'closed') return noted(call);
      if (!urgent && now() < pausedUntil) notAsked();
      return letThrough(call, urgent);
    },
  };
}
