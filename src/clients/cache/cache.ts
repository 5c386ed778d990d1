import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Clock } from '../../kernel/clock.ts';
import { within } from '../deadline.ts';
import { NotAskedError, UpstreamError } from '../upstream-error.ts';
import { type CallKind, Entries, type Entry } from './entries.ts';
import { ALONE, type Answer, type Fleet } from './fleet.ts';

export interface CacheOptions<T> {
  neighbour: string;
  clock: Clock;
  /** Maximum age of an answer, counted from the start of the call. */
  ttlMs: number;
  /** Time after a failure without another call. */
  failureTtlMs: number;
  /** Maximum age for reading while the neighbour fails; without it no answer outlives `ttlMs`. */
  staleMs?: number;
  /** Longest wait of a reader for a neighbour whose last call failed. */
  patienceMs?: number;
  /** Renews answers in use before they expire. */
  refreshAhead?: boolean;
  /** Calls the neighbour; undefined if it does not know the id. Throws UpstreamError. */
  fetch: (id: string, options: AskOptions) => Promise<T | undefined>;
  /** The answers that all replicas share; without it each replica makes its own calls. */
  fleet?: Fleet<T>;
  /** Longest wait for another replica's call, before this one makes its own. */
  followMs?: number;
  onLookup?: (outcome: LookupOutcome) => void;
}

/** `fresh`: skips the cache. `urgent`: an order waits for the answer, see BreakerUse. */
export interface AskOptions {
  fresh: boolean;
  urgent: boolean;
}

export type LookupOutcome = 'hit' | 'miss' | 'failed' | 'remembered_failure' | 'stale' | 'refreshed';
/** The value, undefined if the neighbour does not know the id, or the failure. */
export type CacheResult<T> = T | undefined | UpstreamError;
type Outcome<T> = { answer: Answer<T> } | { error: UpstreamError };

/** Time for which an answer counts as the latest after a comparison with the shared one. */
const IN_STEP_MS = 2000;
const POLL_MS = 25;
/** Sweeps per lifetime of an answer: several fall into the last tenth, so that a failed renewal is retried. */
const SWEEPS = 40;
const LONGEST_SWEEP_MS = 60_000;
/** The other connections to the neighbour stay free for callers that wait. */
const REFRESHES_AT_ONCE = 4;

/**
 * The one cache of a neighbour's answers. Its store in memory has one entry per id, with the latest answer, the latest failure and
 * the calls in flight. With a `fleet`, replicas share answers.
 *
 * A read, `get()`, is in one of these modes:
 *
 * - Hit: the answer is younger than `ttlMs`. Age counts from the START of the call, so a slow call does not prolong an answer. With a
 *   fleet, the cache compares the answer with the shared one at most every two seconds; the younger one wins.
 * - Miss: all callers of an id share one call. With a fleet, replicas share it too: one takes a lock and calls, the others poll for
 *   its answer. A replica that waited for `followMs`, or finds a free lock and no answer, makes its own call. So the neighbour gets
 *   one call in the usual case, never more than one per replica, and no replica depends on another one's life.
 * - Failed: for `failureTtlMs` after a failure there is no call. Callers get the failure, or, with `staleMs`, the last answer while
 *   it is younger than that. Then the next caller makes a call, and waits for `patienceMs` only: a silent neighbour must not hold
 *   every page for a whole timeout. With `staleMs` and no such answer, each caller makes a call and waits: it has no fallback.
 *   Replicas never share failures: a replica with a broken network must not hide the answers of the others.
 * - Refresh: with `refreshAhead`, readers and a timer renew an answer in the last tenth of its time in the background, under the
 *   same lock. Readers keep the old answer until it expires. An answer without a reader for `ttlMs` is not renewed.
 *
 * An order, `ask()`, skips all of that: no stored answer, no failure and no other replica's call serves it. Orders of one moment
 * share a call; pages do not join it. The cache stores the answer for readers; a failure leaves the stored answer in place.
 *
 * An id that falls out of the store (it holds 20,000) loses its failure and its calls in flight too; the next caller makes a new call.
 */
export class Cache<T> {
  private readonly entries: Entries<T>;
  private readonly fleet: Fleet<T>;
  private readonly refreshLimit = pLimit(REFRESHES_AT_ONCE);
  private readonly sweep: NodeJS.Timeout | undefined;

  constructor(private readonly options: CacheOptions<T>) {
    this.entries = new Entries(options.clock, options.ttlMs, options.failureTtlMs);
    this.fleet = options.fleet ?? ALONE;
    const everyMs = Math.min(options.ttlMs / SWEEPS, LONGEST_SWEEP_MS);
    if (options.refreshAhead) this.sweep = setInterval(() => this.refreshExpiring(), everyMs).unref();
  }

  /** For reading. The caller waits for `waitMs` at most; the call continues for the next one. A failure is a value. */
  async get(id: string, { waitMs }: { waitMs?: number } = {}): Promise<CacheResult<T>> {
    const entry = this.entries.of(id);
    if (!this.isInStep(entry)) await this.inFlight(entry, 'compare', () => this.compare(id, entry));
    const { answer } = entry;
    if (answer === undefined || !this.entries.isValid(answer)) return this.load(id, entry, waitMs);
    this.options.onLookup?.('hit');
    entry.usedAt = this.entries.now();
    if (this.options.refreshAhead && !this.entries.isEarly(answer)) this.refresh(id, entry);
    return answer.value;
  }

  /** For an order: calls the neighbour now. `urgent`: see BreakerUse. A failure is a value. */
  async ask(id: string, { urgent = false } = {}): Promise<CacheResult<T>> {
    this.options.onLookup?.('miss');
    const outcome = await this.askFresh(id, this.entries.of(id), urgent);
    return 'error' in outcome ? outcome.error : outcome.answer.value;
  }

  /** Stops the renewals. */
  stop(): void {
    clearInterval(this.sweep);
  }

  private async load(id: string, entry: Entry<T>, waitMs: number | undefined): Promise<CacheResult<T>> {
    const { staleMs, onLookup } = this.options;
    const { answer } = entry;
    const stale = staleMs !== undefined && answer && this.entries.isYounger(answer, staleMs) ? answer : undefined;
    // A cache that serves stale answers but has none for this id calls the neighbour in spite of failures.
    const mayFailFast = stale !== undefined || staleMs === undefined;
    const outcome = await this.askUnlessFailing(id, entry, { mayFailFast, waitMs });
    if ('answer' in outcome) return outcome.answer.value;
    if (stale === undefined) return outcome.error;
    onLookup?.('stale');
    return stale.value;
  }

  private async askUnlessFailing(
    id: string,
    entry: Entry<T>,
    { mayFailFast, waitMs }: { mayFailFast: boolean; waitMs: number | undefined },
  ): Promise<Outcome<T>> {
    const { onLookup, patienceMs } = this.options;
    const failure = mayFailFast ? entry.failure : undefined;
    if (failure !== undefined && this.entries.hasFailedRecently(entry)) {
      onLookup?.('remembered_failure');
      return { error: failure.error };
    }
    onLookup?.('miss');
    return this.waitFor(id, entry, failure === undefined ? waitMs : least(waitMs, patienceMs));
  }

  /** Joins the call for the id, or makes it. A call that outlasts `waitMs` counts as a failure, so the next caller waits less. */
  private waitFor(id: string, entry: Entry<T>, waitMs: number | undefined): Promise<Outcome<T>> {
    const call = this.inFlight(entry, 'usual', () => this.askForFleet(id, entry));
    if (waitMs === undefined) return call;
    return within(waitMs, call, () => {
      const error = new UpstreamError(
        this.options.neighbour,
        'unavailable',
        'no answer within the time that the caller can wait',
      );
      this.entries.noteFailure(entry, error);
      return { error };
    });
  }

  private async askForFleet(id: string, entry: Entry<T>): Promise<Outcome<T>> {
    const patientUntil = performance.now() + (this.options.followMs ?? 0);
    for (;;) {
      // Reads with and without the lock: another replica may have stored the answer since the last comparison.
      const [unlock, shared] = await Promise.all([this.fleet.lock(id), this.fleet.read(id)]);
      try {
        const answer = this.adopt(entry, shared);
        if (answer !== undefined && this.entries.isValid(answer)) return { answer };
        if (unlock !== 'taken' || performance.now() >= patientUntil) {
          return await this.askNeighbour(id, entry, { fresh: false, urgent: false });
        }
      } finally {
        if (unlock !== 'taken') void unlock();
      }
      await sleep(POLL_MS);
    }
  }

  private askFresh(id: string, entry: Entry<T>, urgent: boolean): Promise<Outcome<T>> {
    return this.inFlight(entry, urgent ? 'urgent' : 'fresh', () =>
      this.askNeighbour(id, entry, { fresh: true, urgent }),
    );
  }

  private async askNeighbour(id: string, entry: Entry<T>, options: AskOptions): Promise<Outcome<T>> {
    const askedAt = this.entries.now();
    try {
      const answer = { value: await this.options.fetch(id, options), askedAt };
      entry.failure = undefined;
      void this.fleet.write(id, answer);
      this.entries.keepYounger(entry, answer);
      // Not the younger one: another replica's clock may be ahead, and an order needs the answer to its own call.
      return { answer };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      this.options.onLookup?.('failed');
      // The breaker refused the call: that says nothing new, and the next call may pass.
      if (!(error instanceof NotAskedError)) this.entries.noteFailure(entry, error);
      return { error };
    }
  }

  private refresh(id: string, entry: Entry<T>): void {
    if (this.entries.hasFailedRecently(entry)) return;
    const call = this.inFlight(entry, 'refresh', () => this.refreshLimit(() => this.refreshOnce(id, entry)));
    // A bug shows in a call that somebody awaits.
    call.catch(() => undefined);
  }

  private refreshExpiring(): void {
    for (const [id, entry] of this.entries.expiring()) this.refresh(id, entry);
  }

  private async refreshOnce(id: string, entry: Entry<T>): Promise<void> {
    const unlock = await this.fleet.lock(id);
    if (unlock === 'taken') return;
    try {
      await this.compare(id, entry);
      if (entry.answer !== undefined && this.entries.isEarly(entry.answer)) return;
      const outcome = await this.askFresh(id, entry, false);
      if ('answer' in outcome) this.options.onLookup?.('refreshed');
    } finally {
      void unlock();
    }
  }

  private async compare(id: string, entry: Entry<T>): Promise<void> {
    this.adopt(entry, await this.fleet.read(id));
    entry.comparedAt = performance.now();
  }

  private adopt(entry: Entry<T>, shared: Answer<T> | undefined): Answer<T> | undefined {
    return shared !== undefined && this.entries.isValid(shared) ? this.entries.keepYounger(entry, shared) : undefined;
  }

  /** Joins the call of this kind in flight, or makes it. A kind has one type of result. */
  private inFlight<R>(entry: Entry<T>, kind: CallKind, make: () => Promise<R>): Promise<R> {
    entry.calls[kind] ??= make().finally(() => {
      entry.calls[kind] = undefined;
    });
    return entry.calls[kind] as Promise<R>;
  }

  private isInStep({ answer, comparedAt }: Entry<T>): boolean {
    if (this.fleet === ALONE) return true;
    const isRecent = comparedAt !== undefined && performance.now() - comparedAt < IN_STEP_MS;
    return isRecent && answer !== undefined && this.entries.isEarly(answer);
  }
}

const least = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
