import pLimit from 'p-limit';
import type { Breaker } from './breaker.ts';
import { counted, type OnCall } from './counted.ts';
import { UpstreamError } from './upstream-error.ts';

export interface CallLimits {
  name: string;
  baseUrl: string;
  timeoutMs: number;
  /** Wraps every call, with its retry. `headers` are added to the request, `route` is the path without its ids. */
  around?: Around;
  onCall?: OnCall;
  /** Without one every call passes: right for a neighbour that only jobs and commands call. */
  breaker?: Breaker;
}

export type Around = <T>(
  call: { neighbour: string; method: string; route: string },
  run: (headers: Record<string, string>) => Promise<T>,
) => Promise<T>;

export interface Target {
  path: string;
  /** The path, in which placeholders stand for ids (`/invoices/{id}`); absent where it has no ids. */
  route?: string;
  /** An order waits for the answer: see BreakerUse. */
  urgent?: boolean;
}

const EVERY_CALL: Breaker = { run: (call) => call() };

/** A slot for a call, with the rest of the call's timeout. */
export interface Slot {
  url: URL;
  timeoutMs: number;
  headers: Record<string, string>;
}

/** Runs a call once it has a slot and passes the breaker. The wait for both counts against the timeout. */
export function limitCalls(
  { name, baseUrl, timeoutMs, onCall, around = (_call, run) => run({}), breaker = EVERY_CALL }: CallLimits,
  slots: number,
) {
  const limit = pLimit(slots);
  const base = new URL(baseUrl).href.replace(/\/$/, '');

  /** Ids are data: the URL parser would follow an id such as `..` to another path. */
  function urlOf(path: string): URL {
    const url = new URL(base + path);
    if (url.href !== base + path) throw new UpstreamError(name, 'rejected', 'an id is not valid in a URL path');
    return url;
  }

  return <T>(method: string, { path, route, urgent }: Target, run: (slot: Slot) => Promise<T>): Promise<T> => {
    const askedAt = performance.now();
    const remainingMs = () => timeoutMs - (performance.now() - askedAt);
    const ask = async (headers: Record<string, string>) => {
      const url = urlOf(path);
      return limit(() => {
        if (remainingMs() <= 0)
          throw new UpstreamError(name, 'unavailable', `no free connection within ${timeoutMs} ms`);
        const send = () => run({ url, headers, timeoutMs: Math.max(1, remainingMs()) });
        return breaker.run(send, { urgent, waitMs: remainingMs() });
      });
    };
    const call = { neighbour: name, method, route: route ?? path.split('?', 1)[0] ?? '' };
    return around(call, (headers) => counted(name, onCall, () => ask(headers)));
  };
}
