import pLimit from 'p-limit';
import { runQuery } from '../platform/database/run-queries.ts';
import { reasonOf } from '../platform/telemetry/reason.ts';
import { type DeliverOrderParts, deliverOrder } from './deliver-order.ts';
import { type DueOrder, dueOrders, forgetDelivered, postpone } from './store/deliveries.ts';
import { dueSubscriptions, type Target } from './store/subscriptions.ts';

/** Orders that are sent at once: by all subscriptions, and by one, so that a slow receiver does not hold up the others. */
const AT_ONCE = { all: 16, ofSubscription: 4 };
/** Orders that are read at once. Memory is bounded by it, however many wait. */
const BATCH = 100;
/** A receiver that refuses this many orders in a row gets no more of this run. */
const MOST_REFUSALS = 8;
/** A run ends after this time, and the next begins at once: another replica may take it. */
const LONGEST_MS = 30_000;
const RETENTION_MS = 30 * 86_400_000;
const FORGET_BATCH = 1000;
/** The wait after a fault of ours, such as a database that is down. */
const FAULT_WAIT_MS = 60_000;

/** Sends what is due to every subscription. One run at a time in the fleet; two at once would send some events twice. */
export class DeliverEvents {
  constructor(private readonly parts: DeliverOrderParts) {}

  async run(stopping: AbortSignal = new AbortController().signal): Promise<void> {
    const { database, clock } = this.parts;
    const targets = await dueSubscriptions(database, clock.now());
    const limit = pLimit(AT_ONCE.all);
    const until = performance.now() + LONGEST_MS;
    const isOver = () => stopping.aborted || performance.now() > until;
    await Promise.all(targets.map((target) => this.deliverTo(target, { limit, isOver, stopping })));
    await forgetDelivered(database, new Date(clock.now().getTime() - RETENTION_MS), FORGET_BATCH);
  }

  private async deliverTo(target: Target, run: Run): Promise<void> {
    const { database, clock } = this.parts;
    let refusals = 0;
    const own = pLimit(AT_ONCE.ofSubscription);
    const deliver = async (due: DueOrder) => {
      if (run.isOver() || refusals >= MOST_REFUSALS) return;
      refusals = (await run.limit(() => this.deliver(target, due, run.stopping))) ? 0 : refusals + 1;
    };
    while (!run.isOver() && refusals < MOST_REFUSALS) {
      const orders = await runQuery(database, dueOrders(target.id, clock.now(), BATCH));
      if (orders.length === 0) return;
      await Promise.all(orders.map((due) => own(() => deliver(due))));
    }
  }

  private async deliver(target: Target, due: DueOrder, stopping: AbortSignal): Promise<boolean> {
    const { database, clock, log } = this.parts;
    try {
      return await deliverOrder(this.parts, target, due, stopping);
    } catch (error) {
      log.error({ event: 'event_delivery_failed', subscription: target.id, orderId: due.orderId, err: error });
      const at = clock.now();
      const dueAt = new Date(at.getTime() + FAULT_WAIT_MS);
      await postpone(database, { ...due, attempts: due.attempts - 1 }, { dueAt, error: reasonOf(error), at });
      return false;
    }
  }
}

interface Run {
  limit: ReturnType<typeof pLimit>;
  isOver(): boolean;
  stopping: AbortSignal;
}
