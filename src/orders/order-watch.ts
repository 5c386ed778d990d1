import { rateLimited } from '../platform/graphql/errors.ts';

export interface WatchOptions {
  /** Returns when each of these orders changed last. */
  changesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Date>>;
  /** Called at each wait and each look, so that hints come again after a loss. */
  ensureHints(): void;
  /** The bounds of this process, and of one caller on it. */
  limits: { all: number; ofCaller: number };
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

/** Holds a place: a request with waitSeconds, or a stream. The value tells a refused one how else to learn of changes. */
export const HOLDERS = {
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
  private readonly places = new Map<string, number>();
  private readonly hinted = new Set<string>();
  private soon: NodeJS.Timeout | undefined;
  private regular: NodeJS.Timeout | undefined;
  private isStopped = false;
  private isLooking = false;
  private all = 0;

  constructor(private readonly options: WatchOptions) {}

  /** The number of places that are taken. */
  get size(): number {
    return this.all;
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

  /** Takes a place to wait. `caller` is whose it is in the count. Throws RATE_LIMITED if too many wait. Returns the function that frees it. */
  takePlace(caller: string, holder: keyof typeof HOLDERS): () => void {
    const { all, ofCaller } = this.options.limits;
    const own = this.places.get(caller) ?? 0;
    if (own >= ofCaller) {
      const limit = { limitName: 'waiting requests per caller', limit: ofCaller, figure: own + 1 };
      const most = `At most ${ofCaller} requests and streams of a caller wait at once`;
      throw rateLimited(`${most}: ${HOLDERS[holder]}.`, RETRY_SECONDS, limit);
    }
    if (this.all >= all) {
      const limit = { limitName: 'waiting requests', limit: all, figure: this.all + 1 };
      const most = 'Too many requests and streams wait at the moment';
      throw rateLimited(`${most}: ${HOLDERS[holder]}.`, RETRY_SECONDS, limit);
    }
    this.places.set(caller, own + 1);
    this.all += 1;
    return once(() => this.freePlace(caller));
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

  private freePlace(caller: string): void {
    const rest = (this.places.get(caller) ?? 1) - 1;
    if (rest === 0) this.places.delete(caller);
    else this.places.set(caller, rest);
    this.all -= 1;
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

function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (!hasRun) run();
    hasRun = true;
  };
}
