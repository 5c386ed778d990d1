import type { StreamContext, StreamedValue } from '../platform/graphql/subscriptions.ts';
import type { OrdersLoaders } from './graphql/orders.loaders.ts';
import type { OrderWatch } from './order-watch.ts';
import { waiterOf } from './wait-for-order.ts';
import type { WaiterLimit } from './waiter-limit.ts';

/** The longest life of a stream. Its client subscribes again, with a token that is valid by then. */
const LONGEST_MS = 15 * 60_000;
/** A stream whose token has expired lives on for this long at most, and gets no value meanwhile. */
const CHECK_MS = 10_000;
/** Every order has changed after this. */
const BEFORE_ALL = new Date(0);

/**
 * Streams an order: at once, and after each change. A stream counts as a waiter for its life, and holds no connection to the
 * database. Each value is read with a token that is verified again, so that row security decides about each.
 */
export class FollowOrder {
  private streams = 0;

  constructor(
    private readonly orders: OrdersLoaders,
    private readonly watch: OrderWatch,
    private readonly waiters: WaiterLimit,
    private readonly longestMs = LONGEST_MS,
    private readonly checkMs = CHECK_MS,
  ) {}

  /** The number of open streams. */
  get size(): number {
    return this.streams;
  }

  /** Ends after `null`, which stands for an order that the caller may not see, and with a stop. Throws RATE_LIMITED and UNAUTHENTICATED. */
  async *follow(request: StreamContext, orderId: string): AsyncGenerator<StreamedValue> {
    const release = this.waiters.acquire(waiterOf(request), 'stream');
    this.streams += 1;
    try {
      yield* this.changes(request, orderId);
    } finally {
      this.streams -= 1;
      release();
    }
  }

  private async *changes(request: StreamContext, orderId: string): AsyncGenerator<StreamedValue> {
    const endsAt = performance.now() + this.longestMs;
    let isClosed = false;
    let since = BEFORE_ALL;
    const forgetClient = request.onClosed(() => {
      isClosed = true;
    });
    try {
      while (!isClosed && !this.watch.hasStopped && performance.now() < endsAt) {
        // Waits from here on, so that no change falls between the reading and the wait.
        const wait = this.watch.wait({ orderId, since, ms: endsAt - performance.now() });
        const release = this.endWith(request, wait.end);
        try {
          const context = await request.renew();
          const order = await this.orders.visible(context, orderId);
          if (order === null || order.changedAt > since) yield { value: order, context };
          if (order === null) return;
          if (order.changedAt > since) since = order.changedAt;
          else await wait.over;
        } finally {
          wait.end();
          release();
        }
      }
    } finally {
      forgetClient();
    }
  }

  /** Ends a wait when the client leaves, or when its token is valid no longer. */
  private endWith(request: StreamContext, end: () => void): () => void {
    const forgetClient = request.onClosed(end);
    const checks = setInterval(() => void request.renew().catch(end), this.checkMs);
    return () => {
      clearInterval(checks);
      forgetClient();
    };
  }
}
