import { within } from './deadline.ts';
import { NotAskedError, UpstreamError } from './upstream-error.ts';

export type BreakerState = 'closed' | 'half_open' | 'open';

export interface BreakerOptions {
  neighbour: string;
  /** Longest that a call waits for the result of the probe. Milliseconds. */
  patienceMs: number;
  onState?: (neighbour: string, state: BreakerState) => void;
  /** Milliseconds of a clock that nobody sets. */
  now?: () => number;
}

export interface BreakerUse {
  /** An order waits for it. It does not wait for the end of a pause, and if it is the probe, it waits for its whole answer. */
  urgent?: boolean;
  /** Longest that it waits for others before it is made. Milliseconds. */
  waitMs?: number;
}

export interface Breaker {
  /** Throws what `call` throws, or NotAskedError. */
  run<T>(call: () => Promise<T>, use?: BreakerUse): Promise<T>;
}

const WINDOW_MS = 10_000;
/** Fewer calls prove nothing: one package that hangs is asked for twice in a window. */
const FEWEST_CALLS = 5;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;

/** The one call that is let through. `answered` never rejects: it says whether the neighbour answered. */
interface Probe {
  answered: Promise<boolean>;
  patientUntil: number;
}

const isSilence = (error: unknown): boolean =>
  error instanceof UpstreamError && error.kind === 'unavailable' && error.status === undefined;

/**
 * Keeps a neighbour that does not answer from holding every caller (docs/decisions/0029). An answer of any status is an answer: a
 * package that always gives a 500 takes no other package away.
 *
 * - closed: every call is made. If most calls of the last ten seconds got no answer, the breaker opens.
 * - open: calls are refused at once (NotAskedError) for a pause, which doubles each time. An urgent call, or the first call after
 *   the pause, becomes the probe.
 * - half open: the probe is in flight. Calls that arrive meanwhile wait for it: if it is answered, the breaker closes and
 *   they are made; if not, the breaker opens again and they are refused.
 */
export class SilenceBreaker implements Breaker {
  /** The last ten seconds, the oldest call first. */
  private calls: { at: number; answered: boolean }[] = [];
  private state: BreakerState = 'closed';
  /** Counts openings and closings. The result of a call from an earlier era says nothing about this one. */
  private era = 0;
  private pauseMs = 0;
  private pausedUntil = 0;
  private probe: Probe | undefined;
  private readonly now: () => number;

  constructor(private readonly options: BreakerOptions) {
    this.now = options.now ?? (() => performance.now());
    this.enter('closed');
  }

  async run<T>(call: () => Promise<T>, { urgent = false, waitMs = this.options.patienceMs }: BreakerUse = {}) {
    const until = this.now() + waitMs;
    // Nothing is awaited between the end of this loop and the decision: two callers must not both become the probe.
    while (this.state === 'half_open' && this.probe !== undefined) await this.waitFor(this.probe, urgent, until);
    if (this.state === 'closed') return this.observe(call);
    if (!urgent && this.now() < this.pausedUntil) throw this.notAsked();
    return this.letThrough(call, urgent);
  }

  /** Throws NotAskedError unless the probe is answered in time; an urgent call goes on after a probe that failed. */
  private async waitFor({ answered, patientUntil }: Probe, urgent: boolean, until: number): Promise<void> {
    const leftMs = Math.min(patientUntil, until) - this.now();
    const isWell = leftMs > 0 ? await within<boolean | undefined>(leftMs, answered, () => undefined) : undefined;
    if (isWell === undefined || !(isWell || urgent)) throw this.notAsked();
  }

  private async observe<T>(call: () => Promise<T>): Promise<T> {
    const begunIn = this.era;
    try {
      const answer = await call();
      if (begunIn === this.era) this.note(true);
      return answer;
    } catch (error) {
      if (begunIn === this.era) this.note(!isSilence(error));
      throw error;
    }
  }

  private note(answered: boolean): void {
    const now = this.now();
    this.calls = [...this.calls.filter(({ at }) => now - at < WINDOW_MS), { at: now, answered }];
    const silent = this.calls.filter((call) => !call.answered).length;
    if (!answered && this.calls.length >= FEWEST_CALLS && silent > this.calls.length / 2) this.open();
  }

  /** The call goes on when patience is over: its answer still decides. */
  private letThrough<T>(call: () => Promise<T>, urgent: boolean): Promise<T> {
    const { neighbour, patienceMs } = this.options;
    const answer = call();
    const answered = answer.then(
      () => true,
      (error) => !isSilence(error),
    );
    this.probe = { answered, patientUntil: this.now() + patienceMs };
    this.enter('half_open');
    void answered.then((isWell) => (isWell ? this.close() : this.open()));
    const giveUp = () => {
      throw new UpstreamError(neighbour, 'unavailable', 'no answer yet, and none to others lately');
    };
    return urgent ? answer : within(patienceMs, answer, giveUp);
  }

  private open(): void {
    this.era += 1;
    this.pauseMs = Math.min(Math.max(2 * this.pauseMs, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
    this.pausedUntil = this.now() + this.pauseMs;
    this.enter('open');
  }

  private close(): void {
    this.era += 1;
    this.calls = [];
    this.pauseMs = 0;
    this.enter('closed');
  }

  private enter(next: BreakerState): void {
    this.state = next;
    this.options.onState?.(this.options.neighbour, next);
  }

  private notAsked(): NotAskedError {
    return new NotAskedError(this.options.neighbour);
  }
}
