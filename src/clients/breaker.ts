import { within } from './deadline.ts';
import { NotAskedError, UpstreamError } from './upstream-error.ts';

export type BreakerState = 'closed' | 'half_open' | 'open';

export interface BreakerOptions {
  neighbour: string;
  /** Longest wait of a call for the result of the probe, in milliseconds. */
  patienceMs: number;
  onState?: (neighbour: string, state: BreakerState) => void;
  /** A monotonic clock, in milliseconds. */
  now?: () => number;
}

export interface BreakerUse {
  /** An order waits for this call. It skips the pause, and as the probe it waits for its whole answer. */
  urgent?: boolean;
  /** Longest wait for the probe of another caller, in milliseconds. */
  waitMs?: number;
}

export interface Breaker {
  /** Throws what `call` throws, or NotAskedError. */
  run<T>(call: () => Promise<T>, use?: BreakerUse): Promise<T>;
}

const WINDOW_MS = 10_000;
/** Fewer calls prove nothing: a page asks twice in a window for one package that hangs. */
const FEWEST_CALLS = 5;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;

/** The one call that passes. `answered` never rejects; it resolves to true if the neighbour answered. */
interface Probe {
  answered: Promise<boolean>;
  patientUntil: number;
}

const isSilence = (error: unknown): boolean =>
  error instanceof UpstreamError && error.kind === 'unavailable' && error.status === undefined;

/**
 * Stops calls to a silent neighbour, so that it does not hold every caller (docs/decisions/0029). An answer of any status counts as
 * an answer: one package that always gives a 500 must not block the others.
 *
 * - closed: every call passes. If most calls of the last ten seconds got no answer, the breaker opens.
 * - open: calls fail at once with NotAskedError for a pause, which doubles each time. An urgent call, or the first call after the
 *   pause, becomes the probe.
 * - half open: the probe is in flight, and other calls wait for it. If it gets an answer, the breaker closes and they pass; if
 *   not, it opens again and they fail.
 */
export class SilenceBreaker implements Breaker {
  /** The calls of the last ten seconds, the oldest first. */
  private calls: { at: number; answered: boolean }[] = [];
  private state: BreakerState = 'closed';
  /** Counts openings and closings. A call that started in an earlier era does not count in this one. */
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
    // Do not await between the end of this loop and the decision: two callers must not both become the probe.
    while (this.state === 'half_open' && this.probe !== undefined) await this.waitFor(this.probe, urgent, until);
    if (this.state === 'closed') return this.observe(call);
    if (!urgent && this.now() < this.pausedUntil) throw this.notAsked();
    return this.probeWith(call, urgent);
  }

  /** Throws NotAskedError unless the probe gets an answer in time. An urgent call passes even after a failed probe. */
  private async waitFor({ answered, patientUntil }: Probe, urgent: boolean, until: number): Promise<void> {
    const leftMs = Math.min(patientUntil, until) - this.now();
    const hasAnswer = leftMs > 0 ? await within<boolean | undefined>(leftMs, answered, () => undefined) : undefined;
    if (hasAnswer === undefined || !(hasAnswer || urgent)) throw this.notAsked();
  }

  private async observe<T>(call: () => Promise<T>): Promise<T> {
    const { era } = this;
    try {
      const answer = await call();
      if (era === this.era) this.note(true);
      return answer;
    } catch (error) {
      if (era === this.era) this.note(!isSilence(error));
      throw error;
    }
  }

  private note(answered: boolean): void {
    const now = this.now();
    this.calls = [...this.calls.filter(({ at }) => now - at < WINDOW_MS), { at: now, answered }];
    const silent = this.calls.filter((call) => !call.answered).length;
    if (!answered && this.calls.length >= FEWEST_CALLS && silent > this.calls.length / 2) this.open();
  }

  /** The call continues after the caller gave up, and its answer still decides. */
  private probeWith<T>(call: () => Promise<T>, urgent: boolean): Promise<T> {
    const { neighbour, patienceMs } = this.options;
    const answer = call();
    const answered = answer.then(
      () => true,
      (error) => !isSilence(error),
    );
    this.probe = { answered, patientUntil: this.now() + patienceMs };
    this.enter('half_open');
    void answered.then((hasAnswer) => (hasAnswer ? this.close() : this.open()));
    const giveUp = () => {
      throw new UpstreamError(neighbour, 'unavailable', 'no answer in time, and none to earlier calls');
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
