import QuickLRU from 'quick-lru';
import type { Clock } from '../../kernel/clock.ts';
import type { Entry } from './shared-entries.ts';

const MAX_ENTRIES = 20_000;
/** By how much another replica's clock may be ahead of ours. */
const CLOCK_SKEW_MS = 5000;
/** The last tenth of an entry's time is there to ask again in. */
const EARLY_PART = 0.9;
/** For so long after a look at what the replicas share, an answer here is taken for the latest: one page asks, the next need not. */
const IN_STEP_MS = 2000;

interface Kept<T> extends Entry<T> {
  usedAt: number;
  /** Its age when it came, and when that was by a clock that nobody sets: one that is set back makes nothing younger. */
  ageThen: number;
  keptAt: number;
  /** When the shared entries were last asked about it, by that clock too. */
  readAt?: number;
}

/** Answers by id in this process's memory, and what their age allows. */
export class Remembered<T> {
  private readonly entries = new QuickLRU<string, Kept<T>>({ maxSize: MAX_ENTRIES });

  constructor(
    private readonly clock: Clock,
    private readonly ttlMs: number,
  ) {}

  /** The younger of it and what is there: another replica may know better, or have known better once. Answers that one. */
  add(id: string, entry: Entry<T>): Entry<T> {
    const known = this.entries.get(id);
    if (known !== undefined && known.askedAt > entry.askedAt && this.isValid(known)) return known;
    const now = this.now();
    const usedAt = known?.usedAt ?? now;
    const { ageThen, keptAt } =
      known?.askedAt === entry.askedAt ? known : { ageThen: now - entry.askedAt, keptAt: performance.now() };
    const added = { ...entry, usedAt, ageThen, keptAt };
    this.entries.set(id, added);
    return added;
  }

  /** An entry whose time is not over, which is thereby in use. */
  use(id: string): Entry<T> | undefined {
    const known = this.entries.get(id);
    if (known === undefined || !this.isValid(known)) return undefined;
    known.usedAt = this.now();
    return known;
  }

  /** An entry of at most that age, be its time over or not. */
  ofAge(id: string, ms: number): Entry<T> | undefined {
    const known = this.entries.get(id);
    return known !== undefined && this.isYounger(known, ms) ? known : undefined;
  }

  /** An answer that is not near its end, and need not be compared with what the other replicas know, where they share it. */
  isInStep(id: string, isShared: boolean): boolean {
    const known = this.entries.get(id);
    if (known === undefined || !this.isEarly(known)) return false;
    return !isShared || (known.readAt !== undefined && performance.now() - known.readAt < IN_STEP_MS);
  }

  /** What the replicas share has been looked at: undefined where nothing is there. The same once more is no younger, and no other. */
  noteRead(id: string, entry: Entry<T> | undefined): void {
    const isOther = entry !== undefined && entry.askedAt !== this.entries.get(id)?.askedAt;
    if (isOther && this.isValid(entry)) this.add(id, entry);
    const known = this.entries.get(id);
    if (known !== undefined) known.readAt = performance.now();
  }

  isValid(entry: Entry<T>): boolean {
    return this.isYounger(entry, this.ttlMs);
  }

  isEarly(entry: Entry<T>): boolean {
    return this.isYounger(entry, this.ttlMs * EARLY_PART);
  }

  /** Ids that are in use and whose time is nearly over. */
  expiring(): string[] {
    return [...this.entries]
      .filter(([, entry]) => this.isValid(entry) && !this.isEarly(entry) && this.now() - entry.usedAt < this.ttlMs)
      .map(([id]) => id);
  }

  private isYounger(entry: Entry<T> | Kept<T>, ms: number): boolean {
    const age = this.now() - entry.askedAt;
    const ageKept = 'keptAt' in entry ? entry.ageThen + performance.now() - entry.keptAt : age;
    return Math.max(age, ageKept) < ms && age >= -CLOCK_SKEW_MS;
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
