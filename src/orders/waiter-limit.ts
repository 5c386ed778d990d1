import { rateLimited } from '../platform/graphql/errors.ts';
import { ConcurrencyLimit, type ConcurrencyLimits } from '../platform/server/concurrency-limit.ts';

/** The kinds of waiters, a request with waitSeconds or a stream, each with the advice for one that is refused. */
const ADVICE = {
  request: 'ask without waitSeconds',
  stream: 'read the order by topupOrder, or end another stream and subscribe again',
};
const RETRY_SECONDS = 5;

/** Bounds the requests and streams that wait for changes of orders in this process. */
export class WaiterLimit {
  private readonly limit: ConcurrencyLimit;

  constructor(private readonly limits: ConcurrencyLimits) {
    this.limit = new ConcurrencyLimit(limits);
  }

  /** The number of requests and streams that wait. */
  get size(): number {
    return this.limit.size;
  }

  /** Counts a waiter of `caller` until it calls the returned function. Throws RATE_LIMITED if too many wait. */
  acquire(caller: string, waiter: keyof typeof ADVICE): () => void {
    return this.limit.acquire(caller, (reached, figure) => {
      const [limitName, reason] =
        reached === 'all'
          ? ['waiting requests', 'Too many requests and streams wait at the moment']
          : [
              'waiting requests per caller',
              `At most ${this.limits.ofCaller} requests and streams of a caller wait at once`,
            ];
      const excess = { limitName, limit: this.limits[reached], figure };
      return rateLimited(`${reason}: ${ADVICE[waiter]}.`, RETRY_SECONDS, excess);
    });
  }
}
