import QuickLRU from 'quick-lru';
import type { Clock } from '../../kernel/clock.ts';
import type { UpstreamError } from '../upstream-error.ts';
import type { Answer } from './fleet.ts';

const MAX_ENTRIES = 20_000;
/** By how much another replica's clock may be ahead of ours. */
const CLOCK_SKEW_MS = 5000;
/** The last tenth of an answer's time is there to renew it. */
const EARLY_PART = 0.9;

/** Everything that a cache holds about one id. */
export interface Entry<T> {
  /** The latest answer, however old. */
  answer?: StoredAnswer<T>;
  /** The latest failure, however long ago; the next answer clears it. Nobody asks again before `until`. */
  failure?: { error: UpstreamError; until: number } | undefined;
  /** Calls in flight, by kind: callers that arrive meanwhile share them. */
  calls: Partial<Record<CallKind, Promise<unknown>>>;
  /** The last time that somebody read the answer; milliseconds since 1970. */
  usedAt: number;
  /** The last time that the answer was compared with the other replicas', by performance.now(). */
  comparedAt?: number;
}

/** "usual" is a page's, "fresh" and "urgent" go past the cache, "compare" and "refresh" serve no caller's answer directly. */
export type CallKind = 'usual' | 'fresh' | 'urgent' | 'compare' | 'refresh';

/** Counts its age by a clock that nobody sets as well: a clock that is set back makes no answer younger. */
export interface StoredAnswer<T> extends Answer<T> {
  ageOnArrival: number;
  /** By performance.now(). */
  arrivedAt: number;
}

/** The entries of a cache, and the ages of what is in them. Times are milliseconds. */
export class Entries<T> {
  private readonly byId = new QuickLRU<string, Entry<T>>({ maxSize: MAX_ENTRIES });

  constructor(
    private readonly clock: Clock,
    private readonly ttlMs: number,
    private readonly failureTtlMs: number,
  ) {}

  of(id: string): Entry<T> {
    const existing = this.byId.get(id);
    if (existing !== undefined) return existing;
    const entry: Entry<T> = { calls: {}, usedAt: this.now() };
    this.byId.set(id, entry);
    return entry;
  }

  /** Stores the younger of the answer that arrived and the one that is there. Returns that one, with its age. */
  keepYounger(entry: Entry<T>, given: Answer<T>): StoredAnswer<T> {
    const { answer } = entry;
    if (answer !== undefined && answer.askedAt > given.askedAt && this.isValid(answer)) return answer;
    // The same answer once more, from another replica, keeps its age.
    const { ageOnArrival, arrivedAt } =
      answer?.askedAt === given.askedAt
        ? answer
        : { ageOnArrival: this.now() - given.askedAt, arrivedAt: performance.now() };
    entry.answer = { ...given, ageOnArrival, arrivedAt };
    return entry.answer;
  }

  noteFailure(entry: Entry<T>, error: UpstreamError): void {
    if (this.failureTtlMs > 0) entry.failure = { error, until: this.now() + this.failureTtlMs };
  }

  /** Within the time in which nobody asks again; a clock that is set back does not make it longer. */
  hasFailedRecently({ failure }: Entry<T>): boolean {
    const leftMs = failure === undefined ? 0 : failure.until - this.now();
    return leftMs > 0 && leftMs <= this.failureTtlMs;
  }

  isValid(answer: Answer<T>): boolean {
    return this.isYounger(answer, this.ttlMs);
  }

  /** Not in the last tenth of its time. */
  isEarly(answer: Answer<T>): boolean {
    return this.isYounger(answer, this.ttlMs * EARLY_PART);
  }

  isYounger(answer: Answer<T> | StoredAnswer<T>, ms: number): boolean {
    const age = this.now() - answer.askedAt;
    const steadyAge = 'arrivedAt' in answer ? answer.ageOnArrival + performance.now() - answer.arrivedAt : age;
    return Math.max(age, steadyAge) < ms && age >= -CLOCK_SKEW_MS;
  }

  /** Answers in the last tenth of their time that somebody read within that time. */
  *expiring(): Iterable<[string, Entry<T>]> {
    for (const [id, entry] of this.byId) {
      const { answer, usedAt } = entry;
      const isLate = answer !== undefined && this.isValid(answer) && !this.isEarly(answer);
      if (isLate && this.now() - usedAt < this.ttlMs) yield [id, entry];
    }
  }

  now(): number {
    return this.clock.now().getTime();
  }
}
