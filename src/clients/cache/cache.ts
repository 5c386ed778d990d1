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
  /** Age up to which an answer is served, counted from when the neighbour was asked. */
  ttlMs: number;
  /** Nobody asks again for this long after a failure. */
  failureTtlMs: number;
  /** Age up to which an answer serves reading while the neighbour fails; without it no answer outlives `ttlMs`. */
  staleMs?: number;
  /** Longest that reading waits for a neighbour whose last call failed. */
  patienceMs?: number;
  /** Renews answers that are in use before they run out. */
  refreshAhead?: boolean;
  /** Asks the neighbour; undefined: there is none of this id. Throws UpstreamError. */
  fetch: (id: string, how: AskOptions) => Promise<T | undefined>;
  /** The answers that all replicas share; without it each replica asks for itself. */
  fleet?: Fleet<T>;
  /** Longest that this replica waits for another one's call before it makes its own. */
  followMs?: number;
  onLookup?: (outcome: LookupOutcome) => void;
}

/** `fresh`: past the cache. `urgent`: an order waits for it, see BreakerUse. */
export interface AskOptions {
  fresh: boolean;
  urgent: boolean;
}

export type LookupOutcome = 'hit' | 'miss' | 'failed' | 'remembered_failure' | 'stale' | 'refreshed';
/** The value, undefined for "there is none", or the failure. */
export type CacheResult<T> = T | undefined | UpstreamError;
type Outcome<T> = { answer: Answer<T> } | { error: UpstreamError };

/** After a comparison with the other replicas, the answer here counts as the latest for this long. */
const IN_STEP_MS = 2000;
const POLL_MS = 25;
/** Looks for answers to renew within their time: several fall into the last tenth, so that a failure can be made good. */
const SWEEPS = 40;
const LONGEST_SWEEP_MS = 60_000;
/** The neighbour's other connections are for callers who wait. */
const REFRESHES_AT_ONCE = 4;

/**
 * The one cache of a neighbour's answers. It has one store of entries in memory, one entry per id, and an entry holds all that is
 * known of the id: the latest answer, the latest failure, the calls in flight. With a `fleet`, replicas share answers.
 *
 * Reading, `get()`, is in one of these modes:
 *
 * - Hit: the answer is younger than `ttlMs`. Age counts from when the neighbour was ASKED, so that a slow call does not make an answer
 *   live longer. With a fleet, the answer is compared with the shared one first, at most every two seconds; the younger of both counts.
 * - Miss: all callers of an id share one call. With a fleet, the replicas share it too: one takes a lock and asks, the others poll for its
 *   answer. A replica that waited for `followMs`, or finds the lock free and no answer, asks for itself. So the neighbour gets one
 *   call in the usual case, never more than one per replica, and no replica depends on the life of another.
 * - Failed: for `failureTtlMs` after a failure nobody asks again. Callers get the failure; if `staleMs` is set, they get the last answer
 *   while it is younger than that. Afterwards the next caller asks, and waits for `patienceMs` only: a silent neighbour would hold
 *   every page for a whole timeout. Where `staleMs` is set and there is no such answer, each caller asks and waits: it has nothing else.
 *   Failures are never shared: a replica with a broken network must not take the answers of the others away.
 * - Refresh: with `refreshAhead`, an answer in the last tenth of its time is renewed in the background, by whoever reads it and by a
 *   timer, under the same lock. Readers go on with the old answer until its time is over. An answer that nobody read for `ttlMs` is not renewed.
 *
 * An order, `ask()`, goes past all of it: neither a stored answer nor a failure nor another replica's call serves it. Orders of
 * the same moment share a call, pages do not join it. The answer is stored for reading; a failure leaves the stored answer in place.
 *
 * The price of one store with everything in it: an id that falls out of the store (20,000 are held) loses its failure and its calls
 * in flight as well, and is simply asked for again.
 */
export class Cache<T> {
  private readonly entries: Entries<T>;
  private readonly fleet: Fleet<T>;
  private readonly inTurn = pLimit(REFRESHES_AT_ONCE);
  private readonly sweep: NodeJS.Timeout | undefined;

  constructor(private readonly options: CacheOptions<T>) {
    this.entries = new Entries(options.clock, options.ttlMs, options.failureTtlMs);
    this.fleet = options.fleet ?? ALONE;
    const everyMs = Math.min(options.ttlMs / SWEEPS, LONGEST_SWEEP_MS);
    if (options.refreshAhead) this.sweep = setInterval(() => this.refreshExpiring(), everyMs).unref();
  }

  /** For reading. `waitMs`: how long the caller can wait; the call goes on for the next one. Never rejects for a failure. */
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

  /** For an order: asks the neighbour now. `urgent`: see BreakerUse. Never rejects for a failure. */
  async ask(id: string, { urgent = false } = {}): Promise<CacheResult<T>> {
    this.options.onLookup?.('miss');
    const outcome = await this.askFresh(id, this.entries.of(id), urgent);
    return 'error' in outcome ? outcome.error : outcome.answer.value;
  }

  /** Ends renewing. */
  stop(): void {
    clearInterval(this.sweep);
  }

  private async load(id: string, entry: Entry<T>, waitMs: number | undefined): Promise<CacheResult<T>> {
    const { staleMs, onLookup } = this.options;
    const { answer } = entry;
    const stale = staleMs !== undefined && answer && this.entries.isYounger(answer, staleMs) ? answer : undefined;
    // Where there should be an answer to fall back on and is none, the neighbour is asked in spite of failures.
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

  /** Joins the call for the id, or makes it. The next caller does not wait as long for a call that outlasted this one's patience. */
  private waitFor(id: string, entry: Entry<T>, waitMs: number | undefined): Promise<Outcome<T>> {
    const call = this.inFlight(entry, 'usual', () => this.askForFleet(id, entry));
    if (waitMs === undefined) return call;
    return within(waitMs, call, () => {
      const error = new UpstreamError(this.options.neighbour, 'unavailable', 'no answer while the caller could wait');
      this.entries.noteFailure(entry, error);
      return { error };
    });
  }

  private async askForFleet(id: string, entry: Entry<T>): Promise<Outcome<T>> {
    const patientUntil = performance.now() + (this.options.followMs ?? 0);
    for (;;) {
      // Read whether we have the lock or not: another replica may have brought the answer since we compared.
      const [unlock, given] = await Promise.all([this.fleet.lock(id), this.fleet.read(id)]);
      try {
        const answer = this.takeOver(entry, given);
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

  private async askNeighbour(id: string, entry: Entry<T>, how: AskOptions): Promise<Outcome<T>> {
    const askedAt = this.entries.now();
    try {
      const answer = { value: await this.options.fetch(id, how), askedAt };
      entry.failure = undefined;
      void this.fleet.write(id, answer);
      this.entries.keepYounger(entry, answer);
      // Not the younger one: the clock of another replica may be ahead, and an order gets what it asked.
      return { answer };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      this.options.onLookup?.('failed');
      // Nobody asked, so this is no news of the neighbour; the next call may be let through.
      if (!(error instanceof NotAskedError)) this.entries.noteFailure(entry, error);
      return { error };
    }
  }

  private refresh(id: string, entry: Entry<T>): void {
    if (this.entries.hasFailedRecently(entry)) return;
    const call = this.inFlight(entry, 'refresh', () => this.inTurn(() => this.refreshOnce(id, entry)));
    // A bug shows where somebody waits for the answer.
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
    this.takeOver(entry, await this.fleet.read(id));
    entry.comparedAt = performance.now();
  }

  private takeOver(entry: Entry<T>, given: Answer<T> | undefined): Answer<T> | undefined {
    return given !== undefined && this.entries.isValid(given) ? this.entries.keepYounger(entry, given) : undefined;
  }

  /** Shares the call of that kind that is in flight, or makes it. A kind has one type of result. */
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
