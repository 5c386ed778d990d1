import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answerClientError } from './client-errors.ts';
import type { ConnectionLimits, OnClosed } from './connection-limits.ts';
import type { Connection, Connections, Exchange, Held } from './connections.ts';
import type { HoldBody } from './read-body.ts';

/** Closing continues to this share of the limit, so that the candidates are not sorted for every byte above it. */
const ROOM = 0.75;

/** Bounds the memory of all requests and answers together, by closing the connections that hold most of it for longest. */
export interface MemoryLimits {
  holdBody: HoldBody;
  /** Destroys a connection that pipelines more than its share. Must run for each request, before its handler. */
  limitPipeline(connection: Connection): void;
}

export function limitMemory(
  app: FastifyInstance,
  open: Connections,
  limits: ConnectionLimits,
  onClosed: OnClosed,
): MemoryLimits {
  const { bodyBytes, answerBytes, pipelined, exchanges } = limits;
  app.addHook('onRequest', (request, reply, done) => {
    holdBody(request, sizeOfHeaders(request.raw.rawHeaders));
    // The other requests of a pipeline that was refused: nobody gets their answers.
    if (request.raw.socket.destroyed) reply.hijack();
    else done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    const exchange = open.exchangeOf(request.raw);
    if (exchange !== undefined) {
      exchange.answeredSince = performance.now();
      if (open.hold(exchange, 'answer', sizeOf(payload)) > answerBytes) closeUnread();
    }
    done();
  });
  function closeUnread(): void {
    makeRoom(open, 'answer', answerBytes, ({ response }) => {
      response.destroy();
      onClosed('answers');
    });
  }
  function closeIncomplete(): void {
    makeRoom(open, 'body', bodyBytes, ({ request }) => {
      answerClientError(open, 'BODIES_TOO_LARGE', request.socket);
      onClosed('bodies');
    });
  }
  function holdBody(request: FastifyRequest, bytes: number): void {
    const exchange = open.exchangeOf(request.raw);
    if (exchange !== undefined && open.hold(exchange, 'body', bytes) > bodyBytes) closeIncomplete();
  }
  return {
    holdBody,
    limitPipeline({ socket, inFlight }) {
      // While the server is busy, requests of patient clients come first. An answered one may still be closing.
      const unanswered = () => inFlight.filter(({ response }) => !response.writableEnded).length;
      if (inFlight.length <= pipelined && (open.exchanges <= exchanges || unanswered() <= 1)) return;
      socket.destroy();
      onClosed('pipelining');
    },
  };
}

/** Closes exchanges until the others take less than `limit`, those first that hold the most bytes for the longest time. */
function makeRoom(open: Connections, kind: Held, limit: number, close: (exchange: Exchange) => void): void {
  const now = performance.now();
  const since = ({ startedAt, answeredSince }: Exchange) => (kind === 'body' ? startedAt : (answeredSince ?? now));
  const cost = (exchange: Exchange) => exchange.held[kind] * (now - since(exchange));
  // A complete body is at work, and leaves with its answer.
  const canClose = ({ held, request }: Exchange) => held[kind] > 0 && !(kind === 'body' && request.complete);
  const candidates = [...open].flatMap(({ inFlight }) => inFlight.filter(canClose));
  for (const exchange of candidates.sort((a, b) => cost(b) - cost(a))) {
    const rest = open.release(exchange, kind);
    close(exchange);
    if (rest <= limit * ROOM) return;
  }
}

/** In memory each text has a header of its own. */
const TEXT_BYTES = 24;

function sizeOfHeaders(texts: readonly string[]): number {
  let bytes = 0;
  for (const text of texts) bytes += TEXT_BYTES + text.length;
  return bytes;
}

function sizeOf(payload: unknown): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return Buffer.isBuffer(payload) ? payload.length : 0;
}
