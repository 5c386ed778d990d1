import type { DataSource } from 'typeorm';
import type { Config } from '../config.ts';
import { changesOf, ORDER_CHANGED, OrderWatch, WaiterLimit } from '../orders/index.ts';
import { createListener } from '../platform/database/listener.ts';
import type { Logger } from '../platform/telemetry/logger.ts';

interface Parts {
  database: DataSource;
  backgroundUrl: string;
  log: Logger;
}

/** Creates the wait for changes of orders, its limit, and the connection that receives notifications of them. */
export function composeWatch(config: Config, { database, backgroundUrl, log }: Parts) {
  const watch: OrderWatch = new OrderWatch({
    changesOf: (ids) => changesOf(database, ids),
    ensureListening: () => listener.ensure(),
    onFault: (err) => log.warn({ event: 'order_watch_failed', err }),
  });
  const listener = createListener({
    url: backgroundUrl,
    channel: ORDER_CHANGED,
    onNotification: (orderId) => watch.notify(orderId),
    onListening: () => watch.notifyAll(),
    log,
  });
  const waiters = new WaiterLimit({
    all: config.MAX_WAITING_REQUESTS,
    ofCaller: config.MAX_WAITING_REQUESTS_PER_CALLER,
  });
  return { watch, waiters, listener };
}
