import type { FastifyInstance } from 'fastify';
import type { Connections } from './connections.ts';

/** How long a client may take with what is its part. Milliseconds. */
export interface ConnectionLimits {
  /** For the headers of a request: from the connection on, for its first one. Silent connections end with it too. */
  headersMs: number;
  /** For a whole request, its body included. */
  requestMs: number;
  /** For fetching an answer that is there. */
  answerMs: number;
  /** Between requests. Longer than the balancers before us wait, mostly 60 s: who closes first must be they. */
  idleMs: number;
  /** How often connections are looked at: a limit is over so much later, an answer's twice that, at most. */
  checkMs: number;
  /** One connection more is closed unasked. It keeps memory and file descriptors for what is under way. */
  connections: number;
}

/**
 * Time runs while the process is too busy to look, and what has come by then lies in the system's buffers unread: a thousand
 * connections at once, on a busy machine, were cut off at 10 s for what was not their fault.
 */
export const CONNECTION_LIMITS: ConnectionLimits = {
  headersMs: 30_000,
  requestMs: 45_000,
  answerMs: 60_000,
  idleMs: 72_000,
  checkMs: 1000,
  connections: 5000,
};

/** Of all headers and the path with its query string: a token has 4 KB at most. */
const MAX_HEADER_BYTES = 16 * 1024;

/** What Fastify and Node see to by themselves. */
export function serverOptions({ headersMs, requestMs, idleMs, checkMs }: ConnectionLimits) {
  return {
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: checkMs, maxHeaderSize: MAX_HEADER_BYTES },
  };
}

/** And what they do not: a client that does not fetch its answer keeps the whole of it in our memory. */
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
