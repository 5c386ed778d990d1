import http from 'node:http';
import https from 'node:https';
import got, { RequestError, TimeoutError } from 'got';
import pLimit from 'p-limit';
import type { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';
import { parseJson } from '../kernel/json.ts';
import { type Breaker, type BreakerState, createBreaker } from './breaker.ts';
import { counted, type OnCall } from './counted.ts';
import { type Credentials, digest, signedHeaders } from './signing.ts';
import { UpstreamError } from './upstream-error.ts';

export interface NeighbourOptions {
  name: string;
  baseUrl: string;
  credentials: Credentials;
  timeoutMs: number;
  /** Calls in flight at once; the others wait their turn, and the wait counts against their timeout. */
  concurrency?: number;
  clock: Clock;
  /** Around every call, as a whole: `headers` are sent along, `route` is the path without its ids. */
  around?: Around;
  onCall?: OnCall;
  /** For one that jobs alone call: they wait by themselves, and an order that hangs must not hold up the others. */
  withoutBreaker?: boolean;
  onBreakerState?: (neighbour: string, state: BreakerState) => void;
}

export type Around = <T>(
  call: { neighbour: string; method: string; route: string },
  run: (headers: Record<string, string>) => Promise<T>,
) => Promise<T>;

type Run<T> = (timeoutMs: number, headers: Record<string, string>) => Promise<T>;

/** While a neighbour is silent, nobody waits for it longer than this part of the timeout. */
const PATIENCE = 1 / 3;

interface Target {
  path: string;
  /** The path with its ids as names (`/invoices/{id}`), where it has any. */
  route?: string;
  /** Somebody is ordering: see BreakerUse. */
  urgent?: boolean;
}

interface Call<S extends z.ZodType> extends Target {
  /** Statuses whose body is the answer; 2xx where none are given. */
  accept?: readonly number[];
  schema: S;
}

export interface Neighbour {
  get<S extends z.ZodType>(call: Call<S>): Promise<z.output<S>>;
  /** A write: it carries a digest and an idempotency key, and is never repeated by itself: its caller decides. */
  post<S extends z.ZodType>(call: Call<S> & { body: unknown; idempotencyKey: string }): Promise<z.output<S>>;
  close(): void;
}

const MAX_BODY_BYTES = 1_048_576;

/**
 * One neighbour over signed HTTP JSON: kept-alive, bounded in time, size and concurrency, behind a breaker; no redirects. Only a
 * read whose connection broke is sent once more.
 */
export function createNeighbour(options: NeighbourOptions): Neighbour {
  const concurrency = options.concurrency ?? 16;
  const agent = {
    http: new http.Agent({ keepAlive: true, maxSockets: concurrency }),
    // Verified, whatever the environment of the process says.
    https: new https.Agent({ keepAlive: true, maxSockets: concurrency, rejectUnauthorized: true }),
  };
  const limit = pLimit(concurrency);
  const { around = (_call, run) => run({}) } = options;
  const patienceMs = options.timeoutMs * PATIENCE;
  const breaker: Breaker = options.withoutBreaker
    ? { run: (call) => call() }
    : createBreaker({ neighbour: options.name, patienceMs, onState: options.onBreakerState });
  const fail = (kind: UpstreamError['kind'], reason: string, status?: number) =>
    new UpstreamError(options.name, kind, reason, status);

  const base = new URL(options.baseUrl).href.replace(/\/$/, '');

  /** Ids are data. One that the URL parser takes for a way through the path (`..`) would lead to another one than was meant. */
  function targetOf(path: string): URL {
    const url = new URL(base + path);
    if (url.href !== base + path) throw fail('rejected', 'an id that has no place in a path');
    return url;
  }

  async function send(
    method: 'GET' | 'POST',
    path: string,
    timeoutMs: number,
    headers: Record<string, string> = {},
    body?: string,
  ) {
    const url = targetOf(path);
    const pathAndQuery = url.pathname + url.search;
    const cancelled = new AbortController();
    const request = got(url, {
      method,
      body,
      headers: {
        ...signedHeaders(options.credentials, { method, pathAndQuery, at: options.clock.now() }),
        accept: 'application/json',
        ...headers,
      },
      agent,
      signal: cancelled.signal,
      timeout: { request: timeoutMs },
      // A kept-alive connection may be closed by its peer just when we use it: a read is sent once more, on a new one.
      retry: {
        limit: 1,
        methods: ['GET'],
        statusCodes: [],
        errorCodes: ['ECONNRESET', 'EPIPE'],
        calculateDelay: ({ computedValue }) => (computedValue === 0 ? 0 : 1),
      },
      followRedirect: false,
      throwHttpErrors: false,
      decompress: false,
    });
    let tooLarge = false;
    let tooLate = false;
    // Of both attempts together: the library's limit is each one's own.
    const limitOfAll = setTimeout(() => {
      tooLate = true;
      cancelled.abort();
    }, timeoutMs);
    request.on('downloadProgress', ({ transferred }) => {
      if (transferred <= MAX_BODY_BYTES) return;
      tooLarge = true;
      cancelled.abort();
    });
    try {
      return await request;
    } catch (error) {
      if (tooLarge) throw fail('malformed', `the answer is larger than ${MAX_BODY_BYTES} bytes`);
      if (tooLate || error instanceof TimeoutError)
        throw fail('unavailable', `no answer within ${options.timeoutMs} ms`);
      if (error instanceof RequestError) throw fail('unavailable', error.code);
      throw error;
    } finally {
      clearTimeout(limitOfAll);
    }
  }

  function answerOf<S extends z.ZodType>(call: Call<S>, response: { statusCode: number; body: string }): z.output<S> {
    const { statusCode } = response;
    const accepted = call.accept?.includes(statusCode) ?? (statusCode >= 200 && statusCode < 300);
    if (!accepted) {
      if (statusCode >= 500 || statusCode === 429 || statusCode === 408) {
        throw fail('unavailable', `it answered ${statusCode}`, statusCode);
      }
      if (statusCode >= 400) throw fail('rejected', `it answered ${statusCode}`, statusCode);
      throw fail('malformed', `it answered ${statusCode}`, statusCode);
    }
    let json: unknown;
    try {
      json = parseJson(response.body);
    } catch {
      throw fail('malformed', 'the answer is not JSON', statusCode);
    }
    const parsed = call.schema.safeParse(json);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw fail('malformed', `${issue?.path.join('.')}: ${issue?.message}`, statusCode);
  }

  /** The wait for a connection counts against the timeout. */
  function bounded<T>(method: string, { path, route, urgent }: Target, run: Run<T>): Promise<T> {
    const askedAt = performance.now();
    const remaining = () => options.timeoutMs - (performance.now() - askedAt);
    const ask = async (headers: Record<string, string>) => {
      targetOf(path);
      return limit(() => {
        if (remaining() <= 0) throw fail('unavailable', `no free connection within ${options.timeoutMs} ms`);
        return breaker.run(() => run(Math.max(1, remaining()), headers), { urgent, waitMs: remaining() });
      });
    };
    const call = { neighbour: options.name, method, route: route ?? path.replace(/\?.*$/, '') };
    return around(call, (headers) => counted(options.name, options.onCall, () => ask(headers)));
  }

  return {
    get: (call) =>
      bounded('GET', call, async (timeoutMs, headers) =>
        answerOf(call, await send('GET', call.path, timeoutMs, headers)),
      ),
    post: (call) =>
      bounded('POST', call, async (timeoutMs, extra) => {
        const body = JSON.stringify(call.body);
        const headers = {
          ...extra,
          'content-type': 'application/json',
          digest: digest(body),
          'x-idempotency-key': call.idempotencyKey,
        };
        return answerOf(call, await send('POST', call.path, timeoutMs, headers, body));
      }),
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}
