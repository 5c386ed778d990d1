import type { FastifyInstance } from 'fastify';
import type { ClosingReason } from '../telemetry/telemetry.ts';
import type { Connections } from './connections.ts';
export type OnClosed = (reason: ClosingReason) => void;

/** Limits on the time that a client takes, in milliseconds, and on the connections and the memory of all clients. */
export interface ConnectionLimits {
  /** For the headers of a request. The first request's time starts with the connection, so silent connections end too. */
  headersMs: number;
  /** For a whole request with its body. */
  requestMs: number;
  /** For the client's reading of an answer. */
  answerMs: number;
  /** Between requests. Must exceed the load balancer's limit, mostly 60 s, because the balancer must close first. */
  idleMs: number;
  /** The interval of the checks: a limit acts at most this late, an answer's at most twice this. */
  checkMs: number;
  /** The maximum of open connections. Another one is closed at once, to protect memory and file descriptors. */
  connections: number;
  /** The maximum of requests in flight on one connection: pipelines are parsed as they arrive, and every request takes memory. */
  pipelined: number;
  /** Above this number of requests in flight on all connections, a connection may have only one. */
  exchanges: number;
  /** The sum of the headers and bodies of all requests in flight, in bytes. Above it, incomplete requests are refused. */
  bodyBytes: number;
  /** The sum of all answers that their clients have not fetched, in bytes. Above it, the connections of unread answers are closed. */
  answerBytes: number;
}

/**
 * The time also runs while bytes wait in the system's buffers for a busy process: with headers at 10 s, a busy machine closed a
 * thousand simultaneous connections of fast clients.
 */
export const CONNECTION_LIMITS: ConnectionLimits = {
  headersMs: 30_000,
  requestMs: 45_000,
  answerMs: 60_000,
  idleMs: 72_000,
  checkMs: 1000,
  connections: 5000,
  pipelined: 16,
  exchanges: 1000,
  bodyBytes: 48 * 1024 * 1024,
  answerBytes: 48 * 1024 * 1024,
};

/** Covers all headers and the path with its query string. A token takes up to 4 KB of it. */
const MAX_HEADER_BYTES = 16 * 1024;
/** A short header takes ten times its length in memory: Node's own limit would let 2,000 requests without a body fill the heap. */
const MAX_HEADERS = 100;

/** A part of a path that a route reads, such as the token of a document's link: 600 characters with the longest id of an organization. */
const MAX_PARAM_LENGTH = 1024;

/** Returns the limits that Fastify and Node enforce. */
export function serverOptions({ headersMs, requestMs, idleMs, checkMs }: ConnectionLimits) {
  return {
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: checkMs, maxHeaderSize: MAX_HEADER_BYTES },
  };
}

/** Closes connections that do not read their answer, which would stay in memory. Fastify and Node have no such limit. */
export function limitConnections(
  app: FastifyInstance,
  open: Connections,
  limits: ConnectionLimits,
  onClosed: OnClosed,
): void {
  const { answerMs, connections, checkMs } = limits;
  app.server.maxConnections = connections;
  app.server.maxHeadersCount = MAX_HEADERS;
  const closeSlow = () => {
    const now = performance.now();
    for (const { inFlight } of open) {
      for (const exchange of inFlight) {
        if (!exchange.response.headersSent) continue;
        exchange.answeredSince ??= now;
        if (now - exchange.answeredSince < answerMs) continue;
        exchange.response.destroy();
        onClosed('slow_answer');
      }
    }
  };
  const timer = setInterval(closeSlow, checkMs).unref();
  app.addHook('onClose', async () => clearInterval(timer));
}
