import { requireCaller } from '../organizations/index.ts';
import { badUserInput } from '../platform/graphql/errors.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';
import type { OrdersLoaders } from './graphql/orders.loaders.ts';
import type { OrderWatch } from './order-watch.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';
import type { WaiterLimit } from './waiter-limit.ts';

/** Less than the time-outs of gateways and balancers, mostly 30 or 60 seconds. */
const LONGEST_SECONDS = 25;

const waitsOf = perRequest(() => ({ count: 0 }));

/**
 * Reads an order, or waits until it has changed after `changedSince`. An order that changed before is answered at once, an unchanged one
 * after the wait. Throws BAD_USER_INPUT or RATE_LIMITED.
 */
export class WaitForOrder {
  constructor(
    private readonly orders: OrdersLoaders,
    private readonly watch: OrderWatch,
    private readonly waiters: WaiterLimit,
  ) {}

  async read(
    request: RequestContext,
    orderId: string,
    { changedSince, waitSeconds }: { changedSince?: Date | null; waitSeconds?: number | null },
  ): Promise<TopupOrder | null> {
    assertSeconds(waitSeconds ?? 0);
    const order = await this.orders.visible(request, orderId);
    const since = changedSince ?? undefined;
    if (order === null || since === undefined || !waitSeconds || order.changedAt > since) return order;
    const waits = waitsOf(request);
    waits.count += 1;
    if (waits.count > 1)
      throw badUserInput('One field of a request may wait: ask for other orders in requests of their own.');
    return this.changed(request, order, since, waitSeconds * 1000);
  }

  private async changed(
    request: RequestContext,
    { id }: TopupOrder,
    since: Date,
    ms: number,
  ): Promise<TopupOrder | null> {
    const release = this.waiters.acquire(waiterOf(request), 'request');
    const startedAt = performance.now();
    const wait = this.watch.wait({ orderId: id, since, ms });
    const forgetClient = request.onClosed?.(wait.end);
    try {
      // A change between the first read and the wait notified nobody.
      const order = await this.readAgain(request, id);
      if (order === null || order.changedAt > since) return order;
      await wait.over;
    } finally {
      wait.end();
      release();
      forgetClient?.();
      request.logFields['waitedMs'] = Math.round(performance.now() - startedAt);
    }
    return this.readAgain(request, id);
  }

  private readAgain(request: RequestContext, id: string): Promise<TopupOrder | null> {
    this.orders.forget(request, id);
    return this.orders.visible(request, id);
  }
}

/** Names a caller in WaiterLimit. */
export function waiterOf(request: RequestContext): string {
  const { subject, organizationId } = requireCaller(request);
  return JSON.stringify([organizationId, subject]);
}

function assertSeconds(seconds: number): void {
  if (seconds >= 0 && seconds <= LONGEST_SECONDS) return;
  const excess = { limitName: 'waitSeconds', limit: LONGEST_SECONDS, figure: seconds };
  throw badUserInput(`waitSeconds is from 0 to ${LONGEST_SECONDS}; got ${seconds}.`, seconds < 0 ? undefined : excess);
}
