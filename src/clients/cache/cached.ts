import DataLoader from 'dataloader';
import type { Clock } from '../../kernel/clock.ts';
import { within } from '../deadline.ts';
import { NotAskedError, UpstreamError } from '../upstream-error.ts';
import { askOneForAll } from './ask-one-for-all.ts';
import { startRefreshAhead } from './refresh-ahead.ts';
import { Remembered } from './remembered.ts';
import { RememberedFailures } from './remembered-failures.ts';
import type { Entry, SharedEntries } from './shared-entries.ts';

/**
 * Remembers what a neighbour answered. A value is served until `ttlMs` after it was ASKED for; callers that miss at the same
 * time share one upstream call, on all replicas where they share their entries; a failure is remembered in this process alone.
 */
export interface CachedLookup<T> {
  /** One result per id, in order: the value, undefined for "there is none", or the failure. Never rejects for a failure. */
  loadMany(ids: readonly string[], options?: LoadOptions): Promise<Answer<T>[]>;
  /** The value, where it is there and need not be asked for: the very same object for as long as it is the same answer. */
  peek(id: string): T | undefined;
  /** Ends refreshing ahead. */
  stop(): void;
}

export interface LoadOptions {
  /** Asks the neighbour, whatever is remembered: for what must be true now. */
  fresh?: boolean;
  /** Of a fresh one: somebody is ordering, see BreakerUse. */
  urgent?: boolean;
  /** How long the caller can wait for answers that are not remembered; the calls go on for the next one. */
  waitMs?: number;
}

export type LookupOutcome = 'hit' | 'miss' | 'failed' | 'remembered_failure' | 'stale' | 'refreshed';
type Answer<T> = T | undefined | UpstreamError;

export interface CachedLookupOptions<T> {
  neighbour: string;
  clock: Clock;
  ttlMs: number;
  failureTtlMs: number;
  /** How old a value may serve reading while the neighbour fails; where there is none, it is asked again at once. */
  staleMs?: number;
  /** Longest that reading waits for a neighbour that failed last time: where it has such a value, or needs none. */
  patienceMs?: number;
  /** Asks again before a value that is in use runs out, in the background: who reads never waits. */
  refreshAhead?: boolean;
  /** How many ids one call may ask for; more become several calls, which do not wait for each other's answers. */
  batchSize: number;
  /** Asks the neighbour for one batch; may throw UpstreamError for the whole of it. Urgent is what an order waits for. */
  fetch: (ids: readonly string[], options: { urgent: boolean }) => Promise<Map<string, T | UpstreamError>>;
  /** What all replicas share; without it every replica asks for itself. */
  shared?: SharedEntries<T>;
  /** Longest that this replica waits for another one's call before it makes its own. */
  followMs?: number;
  onLookup?: (outcome: LookupOutcome, count: number) => void;
  onFailure?: (ids: readonly string[], error: UpstreamError) => void;
}

type Outcome<T> = { entry: Entry<T> } | { error: UpstreamError };
interface Question {
  id: string;
  fresh: boolean;
  urgent: boolean;
}

export function createCachedLookup<T>(options: CachedLookupOptions<T>): CachedLookup<T> {
  const { clock, ttlMs, shared, staleMs } = options;
  const remembered = new Remembered<T>(clock, ttlMs);
  const failures = new RememberedFailures(clock, options.failureTtlMs);
  const now = () => clock.now().getTime();
  const count = (outcome: LookupOutcome, by = 1) => by > 0 && options.onLookup?.(outcome, by);

  /** One call at a time for an id, those of one turn of the event loop in batches; an answered one is forgotten. */
  const usualCalls = loader(options.batchSize);
  /** Alone: nothing that is asked for another's sake may take an order's answer away. */
  const freshCalls = loader(1);

  function loader(maxBatchSize: number): DataLoader<Question, Outcome<T>, string> {
    const calls: DataLoader<Question, Outcome<T>, string> = new DataLoader((questions) => answer(questions, calls), {
      cacheKeyFn: ({ id, urgent }) => `${urgent ? 'urgent' : 'usual'} ${id}`,
      maxBatchSize,
      batchScheduleFn: (run) => setImmediate(run),
    });
    return calls;
  }

  async function answer(
    questions: readonly Question[],
    calls: DataLoader<Question, Outcome<T>, string>,
  ): Promise<Outcome<T>[]> {
    try {
      if (shared === undefined) return await ask(questions);
      return await Promise.all(questions.map((question) => answerShared(question, shared)));
    } finally {
      for (const question of questions) calls.clear(question);
    }
  }

  /** Fresh is what this replica asked for itself, and not what another may have asked before. */
  async function answerShared(question: Question, entries: SharedEntries<T>): Promise<Outcome<T>> {
    const { id } = question;
    const askIt = async () => (await ask([question]))[0] as Outcome<T>;
    if (question.fresh) return askIt();
    const known = (given: Entry<T>) => {
      const entry = remembered.isValid(given) ? remembered.add(id, given) : given;
      return remembered.isValid(entry) ? { entry } : undefined;
    };
    return askOneForAll(entries, id, { known, ask: askIt, followMs: options.followMs ?? 0 });
  }

  async function ask(questions: readonly Question[]): Promise<Outcome<T>[]> {
    const askedAt = now();
    const ids = questions.map(({ id }) => id);
    const urgent = questions.some((question) => question.urgent);
    const fetched = await options.fetch(ids, { urgent }).catch((error: unknown) => {
      if (!(error instanceof UpstreamError)) throw error;
      noteFailure(ids, error);
      return error;
    });
    const outcomeOf = (id: string): Outcome<T> => {
      const value = fetched instanceof UpstreamError ? fetched : fetched.get(id);
      if (value instanceof UpstreamError) {
        if (value !== fetched) noteFailure([id], value);
        return { error: value };
      }
      failures.forget(id);
      const entry = { value, askedAt };
      void shared?.write(id, entry);
      remembered.add(id, entry);
      // Not what is remembered: another replica's clock may be ahead, and what it asked before look younger.
      return { entry };
    };
    return ids.map(outcomeOf);
  }

  function noteFailure(ids: readonly string[], error: UpstreamError): void {
    count('failed', ids.length);
    // No news of the neighbour: nothing to tell, and the next one may be the call that is let through.
    if (error instanceof NotAskedError) return;
    options.onFailure?.(ids, error);
    for (const id of ids) failures.add(id, error);
  }

  async function lookUp(ids: readonly string[]): Promise<(Entry<T> | undefined)[]> {
    if (shared !== undefined) await readShared(shared, ids);
    return ids.map((id) => {
      const known = remembered.use(id);
      if (known !== undefined && !remembered.isEarly(known) && !failures.recent(id)) ahead?.refresh(id);
      return known;
    });
  }

  async function readShared(entries: SharedEntries<T>, all: readonly string[]): Promise<void> {
    const ids = all.filter((id) => !remembered.isInStep(id, true));
    if (ids.length === 0) return;
    const read = await entries.read(ids);
    for (const [index, id] of ids.entries()) remembered.noteRead(id, read[index]);
  }

  async function loadMissing(id: string, waitMs: number | undefined): Promise<Answer<T>> {
    const stale = staleMs === undefined ? undefined : remembered.ofAge(id, staleMs);
    // Where there is nothing to fall back on, and something is meant to be, it is asked again and waited for.
    const isSpared = stale !== undefined || staleMs === undefined;
    const failure = isSpared ? failures.recent(id) : undefined;
    if (failure !== undefined) {
      count('remembered_failure');
      return stale === undefined ? failure : serveStale(stale);
    }
    count('miss');
    // A silent neighbour would hold a page for the whole of every call: those of a few pages are too few for its breaker.
    const failedLast = isSpared && failures.last(id) !== undefined;
    const patient = failedLast ? least(waitMs, options.patienceMs) : waitMs;
    const answer = usualCalls.load({ id, fresh: false, urgent: false });
    const giveUp = (): Outcome<T> => {
      const error = new UpstreamError(options.neighbour, 'unavailable', 'no answer while the caller could wait');
      // The next one need not wait as long for the same call. Its answer, when it comes, makes up for it.
      failures.add(id, error);
      return { error };
    };
    const outcome = await (patient === undefined ? answer : within(patient, answer, giveUp));
    return 'error' in outcome && stale !== undefined ? serveStale(stale) : answerOf(outcome);
  }

  function serveStale({ value }: Entry<T>): T | undefined {
    count('stale');
    return value;
  }

  async function refresh(id: string): Promise<void> {
    if (failures.recent(id) !== undefined) return;
    const outcome = await freshCalls.load({ id, fresh: true, urgent: false });
    if ('entry' in outcome) count('refreshed');
  }
  const ahead = options.refreshAhead ? startRefreshAhead({ remembered, shared, ttlMs, ask: refresh }) : undefined;

  return {
    async loadMany(ids, { fresh = false, urgent = false, waitMs } = {}) {
      const known = fresh ? ids.map(() => undefined) : await lookUp(ids);
      count('hit', known.filter((entry) => entry !== undefined).length);
      return Promise.all(
        ids.map(async (id, index) => {
          const entry = known[index];
          if (entry !== undefined) return entry.value;
          if (!fresh) return loadMissing(id, waitMs);
          count('miss');
          return answerOf(await freshCalls.load({ id, fresh, urgent }));
        }),
      );
    },
    peek(id) {
      if (!remembered.isInStep(id, shared !== undefined)) return undefined;
      count('hit');
      return remembered.use(id)?.value;
    },
    stop: () => ahead?.stop(),
  };
}

const answerOf = <T>(outcome: Outcome<T>): Answer<T> => ('error' in outcome ? outcome.error : outcome.entry.value);

const least = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
