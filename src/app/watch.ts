import type { DataSource } from 'typeorm';
import type { Config } from '../config.ts';
import { changesOf, ORDER_CHANGED, OrderWatch } from '../orders/index.ts';
import { createListener } from '../platform/database/listener.ts';
import type { Logger } from '../platform/telemetry/logger.ts';

interface Parts {
  database: DataSource;
  backgroundUrl: string;
  log: Logger;
}

/** Waits for changes of orders, and the connection that brings hints about them. */
export function composeWatch(config: Config, { database, backgroundUrl, log }: Parts) {
  const watch: OrderWatch = new OrderWatch({
    changesOf: (ids) => changesOf(database, ids),
    ensureHints: () => listener.ensure(),
    limits: { all: config.MAX_WAITING_REQUESTS, ofCaller: config.MAX_WAITING_REQUESTS_PER_CALLER },
    onFault: (err) => log.warn({ event: 'order_look_failed', err }),
  });
  const listener = createListener({
    url: backgroundUrl,
    channel: ORDER_CHANGED,
    onNotification: (orderId) => watch.hint(orderId),
    onListening: () => watch.hintAll(),
    log,
  });
  return { watch, listener };
}
