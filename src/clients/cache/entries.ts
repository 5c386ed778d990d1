import QuickLRU from 'quick-lru';
import type { Clock } from '../../kernel/clock.ts';
import type { UpstreamError } from '../upstream-error.ts';
import type { Answer } from './fleet.ts';

const MAX_ENTRIES = 20_000;
/** Tolerated lead of another replica's clock. */
const CLOCK_SKEW_MS = 5000;
/** The last tenth of an answer's time serves its renewal. */
const EARLY_PART = 0.9;

export interface Entry<T> {
  /** The latest answer, of any age. */
  answer?: StoredAnswer<T>;
  /** The latest failure, until the next answer clears it. No call is made before `until`. */
  failure?: { error: UpstreamError; until: number } | undefined;
  /** Calls in flight, by kind; later callers join them. */
  calls: Partial<Record<CallKind, Promise<unknown>>>;
  /** Time of the last read of the answer, in milliseconds since 1970. */
  usedAt: number;
  /** Time of the last comparison with the shared answer, by performance.now(). */
  comparedAt?: number;
}

/** "usual" serves a page, "fresh" and "urgent" skip the cache, "compare" and "refresh" serve no caller directly. */
export type CallKind = 'usual' | 'fresh' | 'urgent' | 'compare' | 'refresh';

/** Counts its age by a monotonic clock too: a system clock that is set back makes no answer younger. */
export interface StoredAnswer<T> extends Answer<T> {
  ageOnArrival: number;
  /** By performance.now(). */
  arrivedAt: number;
}

/** The entries of a cache and the ages of their answers, in milliseconds. */
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

  /** Keeps the younger of the entry's answer and `incoming`, and returns it with its age. */
  keepYounger(entry: Entry<T>, incoming: Answer<T>): StoredAnswer<T> {
    const { answer } = entry;
    if (answer !== undefined && answer.askedAt > incoming.askedAt && this.isValid(answer)) return answer;
    // The same answer, read again from the shared store, keeps its age.
    const { ageOnArrival, arrivedAt } =
      answer?.askedAt === incoming.askedAt
        ? answer
        : { ageOnArrival: this.now() - incoming.askedAt, arrivedAt: performance.now() };
    entry.answer = { ...incoming, ageOnArrival, arrivedAt };
    return entry.answer;
  }

  noteFailure(entry: Entry<T>, error: UpstreamError): void {
    if (this.failureTtlMs > 0) entry.failure = { error, until: this.now() + this.failureTtlMs };
  }

  /** True while the failure blocks calls. A clock that is set back does not prolong it. */
  hasFailedRecently({ failure }: Entry<T>): boolean {
    const leftMs = failure === undefined ? 0 : failure.until - this.now();
    return leftMs > 0 && leftMs <= this.failureTtlMs;
  }

  isValid(answer: Answer<T>): boolean {
    return this.isYounger(answer, this.ttlMs);
  }

  /** True before the last tenth of the answer's time. */
  isEarly(answer: Answer<T>): boolean {
    return this.isYounger(answer, this.ttlMs * EARLY_PART);
  }

  isYounger(answer: Answer<T> | StoredAnswer<T>, ms: number): boolean {
    const age = this.now() - answer.askedAt;
    const steadyAge = 'arrivedAt' in answer ? answer.ageOnArrival + performance.now() - answer.arrivedAt : age;
    return Math.max(age, steadyAge) < ms && age >= -CLOCK_SKEW_MS;
  }

  /** Entries whose answer is in the last tenth of its time and had a reader within `ttlMs`. */
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
