export interface WatchOptions {
  /** Returns when each of these orders changed last. */
  changesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Date>>;
  /** Opens the connection that receives notifications, unless it is open. Called at each wait and each check. */
  ensureListening(): void;
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

/** A lost notification delays a change by this much. */
const POLL_MS = 3000;
/** Notifications of this time share one check. */
const BATCH_MS = 50;

type Entry = Pick<Wait, 'since'> & { end(): void };

/**
 * Lets requests and streams wait for changes of orders without a connection to the database. `changedAt` decides whether an order has
 * changed: a notification causes a check of its order, and every three seconds one statement checks all orders that are waited for.
 */
export class OrderWatch {
  private readonly waiting = new Map<string, Set<Entry>>();
  private readonly notified = new Set<string>();
  private batchTimer: NodeJS.Timeout | undefined;
  private pollTimer: NodeJS.Timeout | undefined;
  private isStopped = false;
  private isPolling = false;

  constructor(private readonly options: WatchOptions) {}

  get hasStopped(): boolean {
    return this.isStopped;
  }

  /** After stop() a wait is over at once. */
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
      this.options.ensureListening();
      this.pollTimer ??= setInterval(() => this.poll(), POLL_MS).unref();
    }
    return { over: promise, end: entry.end };
  }

  /** Takes a notification that this order has changed. It proves nothing: every login may send one. */
  notify(orderId: string): void {
    if (!this.waiting.has(orderId)) return;
    this.notified.add(orderId);
    this.batchTimer ??= setTimeout(() => {
      this.batchTimer = undefined;
      const ids = [...this.notified];
      this.notified.clear();
      void this.check(ids);
    }, BATCH_MS);
  }

  /** Call it when notifications may have been lost. */
  notifyAll(): void {
    for (const orderId of this.waiting.keys()) this.notify(orderId);
  }

  /** Ends every wait. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.batchTimer);
    for (const entries of [...this.waiting.values()]) for (const entry of [...entries]) entry.end();
  }

  /** Checks all orders. Does nothing while the last such check runs, so a slow database gets one at a time. */
  private poll(): void {
    if (this.isPolling) return;
    this.isPolling = true;
    void this.check([...this.waiting.keys()]).finally(() => {
      this.isPolling = false;
    });
  }

  /** Ends the waits for those of the orders that have changed. Never rejects. */
  private async check(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    this.options.ensureListening();
    await this.options.changesOf(ids).then(
      (changes) => {
        for (const [id, changedAt] of changes) {
          for (const entry of [...(this.waiting.get(id) ?? [])]) if (changedAt > entry.since) entry.end();
        }
      },
      // The next check may succeed, and each wait has its end.
      (error: unknown) => this.options.onFault(error),
    );
  }

  /** Returns false if the wait was over already. */
  private remove(orderId: string, entry: Entry): boolean {
    const entries = this.waiting.get(orderId);
    if (entries?.delete(entry) !== true) return false;
    if (entries.size === 0) this.waiting.delete(orderId);
    if (this.waiting.size === 0) {
      clearInterval(this.pollTimer);
      this.pollTimer = undefined;
    }
    return true;
  }
}
