import type { FastifyInstance } from 'fastify';
import type { Connections } from './connections.ts';

/** Limits on the time that a client takes, in milliseconds, and on the number of connections. */
export interface ConnectionLimits {
  /** For the headers of a request; the first request's time starts with the connection, so silent connections end too. */
  headersMs: number;
  /** For a whole request with its body. */
  requestMs: number;
  /** For reading an answer that is ready. */
  answerMs: number;
  /** Between requests. Longer than load balancers wait, mostly 60 s, because the balancer must close first. */
  idleMs: number;
  /** The interval of the checks: a limit ends at most so much later, an answer's at most twice that. */
  checkMs: number;
  /** The most connections. One more is closed at once, which keeps memory and file descriptors for the others. */
  connections: number;
}

/**
 * The clock runs while the process is too busy to read, and the bytes wait in the system's buffers: with headers at 10 s, a
 * thousand connections at once on a busy machine were closed although their clients were not slow.
 */
export const CONNECTION_LIMITS: ConnectionLimits = {
  headersMs: 30_000,
  requestMs: 45_000,
  answerMs: 60_000,
  idleMs: 72_000,
  checkMs: 1000,
  connections: 5000,
};

/** For all headers and the path with its query string. A token takes up to 4 KB of it. */
const MAX_HEADER_BYTES = 16 * 1024;

/** The limits that Fastify and Node enforce. */
export function serverOptions({ headersMs, requestMs, idleMs, checkMs }: ConnectionLimits) {
  return {
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: checkMs, maxHeaderSize: MAX_HEADER_BYTES },
  };
}

/** Enforces the limits that Fastify and Node do not: a client that does not read its answer keeps all of it in our memory. */
export function limitConnections(app: FastifyInstance, open: Connections, limits: ConnectionLimits): void {
  const { answerMs, connections, checkMs } = limits;
  app.server.maxConnections = connections;
  const look = () => {
    const now = performance.now();
    for (const { underWay } of open) {
      for (const exchange of underWay) {
        if (!exchange.response.headersSent) continue;
        exchange.answeredSince ??= now;
        if (now - exchange.answeredSince >= answerMs) exchange.response.destroy();
      }
    }
  };
  const looking = setInterval(look, checkMs).unref();
  app.addHook('onClose', async () => clearInterval(looking));
}
