import { rateLimited } from '../platform/graphql/errors.ts';
import { type PlaceLimits, Places } from '../platform/server/places.ts';

export interface WatchOptions {
  /** Returns when each of these orders changed last. */
  changesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Date>>;
  /** Called at each wait and each look, so that hints come again after a loss. */
  ensureHints(): void;
  /** The bounds of this process, and of one caller on it. */
  limits: PlaceLimits;
  onFault(error: unknown): void;
}

export interface Wait {
  orderId: string;
  /** Ends once the order changed after this. */
  since: Date;
  ms: number;
}

/** A wait, which must be ended. */
export interface Waiting {
  /** Resolves when the order changed, the time is over, or it was ended. */
  over: Promise<void>;
  end(): void;
}

/** A lost hint delays a change by this much. */
const LOOK_MS = 3000;
/** Hints of this time share one look. */
const SPACING_MS = 50;
const RETRY_SECONDS = 5;

/** The holders of places, a request with waitSeconds or a stream, each with the advice for one that is refused. */
const HOLDERS = {
  request: 'ask without waitSeconds',
  stream: 'read the order by topupOrder, or end another stream and subscribe again',
};

type Entry = Pick<Wait, 'since'> & { end(): void };

/**
 * Lets requests and streams wait for changes of orders without a connection to the database. `changedAt` decides whether an order has changed;
 * a notification only says where to look, and every three seconds one statement looks at all orders that somebody waits for.
 */
export class OrderWatch {
  private readonly waiting = new Map<string, Set<Entry>>();
  private readonly places: Places;
  private readonly hinted = new Set<string>();
  private soon: NodeJS.Timeout | undefined;
  private regular: NodeJS.Timeout | undefined;
  private isStopped = false;
  private isLooking = false;

  constructor(private readonly options: WatchOptions) {
    this.places = new Places(options.limits);
  }

  /** The number of places that are taken. */
  get size(): number {
    return this.places.size;
  }

  get hasStopped(): boolean {
    return this.isStopped;
  }

  /** After stop() a wait is over at once. Whoever waits has taken a place. */
  wait({ orderId, since, ms }: Wait): Waiting {
    const { promise, resolve } = Promise.withResolvers<void>();
    let timer: NodeJS.Timeout | undefined;
    const entry: Entry = {
      since,
      end: () => {
        if (!this.remove(orderId, entry)) return;
        clearTimeout(timer);
        resolve();
      },
    };
    const entries = this.waiting.get(orderId) ?? new Set();
    this.waiting.set(orderId, entries.add(entry));
    timer = setTimeout(entry.end, ms);
    if (this.isStopped) entry.end();
    else {
      this.options.ensureHints();
      this.regular ??= setInterval(() => this.lookAtAll(), LOOK_MS).unref();
    }
    return { over: promise, end: entry.end };
  }

  /** Takes a place to wait, counted for `caller`. Throws RATE_LIMITED if too many wait. Returns the function that frees it. */
  takePlace(caller: string, holder: keyof typeof HOLDERS): () => void {
    return this.places.take(caller, (limit, figure) =>
      tooMany({ limit, most: this.options.limits[limit], figure }, HOLDERS[holder]),
    );
  }

  /** Somebody says that this order changed. */
  hint(orderId: string): void {
    if (!this.waiting.has(orderId)) return;
    this.hinted.add(orderId);
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      const ids = [...this.hinted];
      this.hinted.clear();
      void this.look(ids);
    }, SPACING_MS);
  }

  /** Changes may have been missed. */
  hintAll(): void {
    for (const orderId of this.waiting.keys()) this.hint(orderId);
  }

  /** Ends every wait. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.soon);
    for (const entries of [...this.waiting.values()]) for (const entry of [...entries]) entry.end();
  }

  /** A slow database gets one such look at a time. */
  private lookAtAll(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    void this.look([...this.waiting.keys()]).finally(() => {
      this.isLooking = false;
    });
  }

  /** Never rejects. */
  private async look(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    this.options.ensureHints();
    await this.options.changesOf(ids).then(
      (changes) => {
        for (const [id, changedAt] of changes) {
          for (const entry of [...(this.waiting.get(id) ?? [])]) if (changedAt > entry.since) entry.end();
        }
      },
      // The next look may succeed, and each wait has its end.
      (error: unknown) => this.options.onFault(error),
    );
  }

  /** Returns false if the wait was over already. */
  private remove(orderId: string, entry: Entry): boolean {
    const entries = this.waiting.get(orderId);
    if (entries?.delete(entry) !== true) return false;
    if (entries.size === 0) this.waiting.delete(orderId);
    if (this.waiting.size === 0) {
      clearInterval(this.regular);
      this.regular = undefined;
    }
    return true;
  }
}

function tooMany(
  { limit, most, figure }: { limit: keyof PlaceLimits; most: number; figure: number },
  advice: string,
): Error {
  const [limitName, reason] =
    limit === 'all'
      ? ['waiting requests', 'Too many requests and streams wait at the moment']
      : ['waiting requests per caller', `At most ${most} requests and streams of a caller wait at once`];
  return rateLimited(`${reason}: ${advice}.`, RETRY_SECONDS, { limitName, limit: most, figure });
}
