import http from 'node:http';
import https from 'node:https';
import got, { type OptionsInit, RequestError } from 'got';
import type { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';
import { type Expected, readAnswer } from './http-answer.ts';
import { type CallLimits, limitCalls, type Slot, type Target } from './http-limits.ts';
import { type Credentials, digest, signedHeaders } from './signing.ts';
import { UpstreamError } from './upstream-error.ts';

export interface NeighbourOptions extends CallLimits {
  credentials: Credentials;
  /** Maximum of calls in flight. Others queue, and the wait counts against their timeout. */
  concurrency?: number;
  clock: Clock;
}

type Call<S extends z.ZodType> = Target & Expected<S>;

export interface Neighbour {
  get<S extends z.ZodType>(call: Call<S>): Promise<z.output<S>>;
  /** A write, with a digest and an idempotency key. The client never retries it: the caller decides. */
  post<S extends z.ZodType>(call: Call<S> & { body: unknown; idempotencyKey: string }): Promise<z.output<S>>;
  close(): void;
}

const MAX_BODY_BYTES = 1_048_576;
const CONCURRENCY = 16;

/**
 * One neighbour over signed HTTP JSON: keep-alive, bounded in time, size and concurrency, behind a breaker, without redirects. It
 * retries only a read whose connection broke, once. Throws UpstreamError.
 */
export function createNeighbour(options: NeighbourOptions): Neighbour {
  const { name, concurrency = CONCURRENCY } = options;
  const agent = {
    http: new http.Agent({ keepAlive: true, maxSockets: concurrency }),
    // Verifies certificates even if the environment of the process says otherwise.
    https: new https.Agent({ keepAlive: true, maxSockets: concurrency, rejectUnauthorized: true }),
  };
  const inSlot = limitCalls(options, concurrency);
  const send = (request: Request) => sendSigned(request, options, agent);
  return {
    get: (call) => inSlot('GET', call, async (slot) => readAnswer(name, call, await send({ method: 'GET', ...slot }))),
    post: (call) =>
      inSlot('POST', call, async (slot) => {
        const body = JSON.stringify(call.body);
        const headers = {
          ...slot.headers,
          'content-type': 'application/json',
          digest: digest(body),
          'x-idempotency-key': call.idempotencyKey,
        };
        return readAnswer(name, call, await send({ method: 'POST', ...slot, headers, body }));
      }),
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

interface Request extends Slot {
  method: 'GET' | 'POST';
  body?: string;
}

/** The peer may close a keep-alive connection just as we use it: a read is retried once, on a new connection. */
const RETRY = {
  limit: 1,
  methods: ['GET'],
  statusCodes: [],
  errorCodes: ['ECONNRESET', 'EPIPE'],
  calculateDelay: ({ computedValue }) => (computedValue === 0 ? 0 : 1),
} satisfies OptionsInit['retry'];

async function sendSigned(
  { method, url, body, headers, timeoutMs }: Request,
  { name, credentials, clock, timeoutMs: wholeMs }: NeighbourOptions,
  agent: OptionsInit['agent'],
) {
  const cut = new AbortController();
  const cutWith = (kind: UpstreamError['kind'], reason: string) => cut.abort(new UpstreamError(name, kind, reason));
  const request = got(url, {
    method,
    body,
    headers: {
      ...signedHeaders(credentials, { method, pathAndQuery: url.pathname + url.search, at: clock.now() }),
      accept: 'application/json',
      ...headers,
    },
    agent,
    signal: cut.signal,
    retry: RETRY,
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
  });
  // One timer for both attempts: the library's timeout is per attempt.
  const timer = setTimeout(() => cutWith('unavailable', `no answer within ${wholeMs} ms`), timeoutMs);
  request.on('downloadProgress', ({ transferred }) => {
    if (transferred > MAX_BODY_BYTES) cutWith('malformed', `the answer is larger than ${MAX_BODY_BYTES} bytes`);
  });
  try {
    return await request;
  } catch (error) {
    if (cut.signal.aborted) throw cut.signal.reason;
    throw error instanceof RequestError ? new UpstreamError(name, 'unavailable', error.code) : error;
  } finally {
    clearTimeout(timer);
  }
}
