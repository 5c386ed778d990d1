import { type Arrivals, createArrivals } from '../arrivals.ts';
import type { Clock } from '../clock.ts';

/** One call of a neighbour's interface. Pages and switches are not logged. */
export interface LoggedRequest {
  at: string;
  method: string;
  /** Path and query, as on the request line. */
  path: string;
  /** Names are in lower case. The value of `authorization` is hidden. */
  headers: Record<string, string>;
  /** The parsed JSON, or the text if it is not JSON; null without a body. */
  body: unknown;
  /** The answered status; null in flight, or if no answer was sent. */
  status: number | null;
  /** The kind of the fault that the call met. */
  fault: string | null;
}

export interface RequestFilter {
  method?: string;
  /** A part of path and query. */
  path?: string;
  /** A part of the body. JSON is compared without white space. */
  body?: string;
}

export interface RequestLog {
  add(request: Omit<LoggedRequest, 'at' | 'status' | 'fault'>): LoggedRequest;
  /** Returns at most the newest 1000, oldest first. */
  list(filter?: RequestFilter): LoggedRequest[];
  /** Counts all since the last clear. With a filter it throws if older requests were dropped. */
  count(filter?: RequestFilter): number;
  arrivals: Arrivals<LoggedRequest>;
  clear(): void;
}

const MAX_ENTRIES = 1000;

export function matches(request: Pick<LoggedRequest, 'method' | 'path' | 'body'>, filter: RequestFilter): boolean {
  return (
    (filter.method === undefined || filter.method.toUpperCase() === request.method) &&
    (filter.path === undefined || request.path.includes(filter.path)) &&
    (filter.body === undefined || textOf(request.body).includes(filter.body))
  );
}

function textOf(body: unknown): string {
  if (body === null) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

export function createRequestLog(clock: Clock): RequestLog {
  let entries: LoggedRequest[] = [];
  let total = 0;
  const arrivals = createArrivals('request', () => entries);
  return {
    arrivals,
    add(request) {
      const entry: LoggedRequest = { at: clock().toISOString(), ...request, status: null, fault: null };
      entries.push(entry);
      if (entries.length > MAX_ENTRIES) entries.shift();
      total += 1;
      arrivals.announce(entry);
      return entry;
    },
    list: (filter = {}) => entries.filter((entry) => matches(entry, filter)).map((entry) => ({ ...entry })),
    count(filter) {
      if (filter === undefined) return total;
      if (total > entries.length)
        throw new Error(`the log holds only the newest ${MAX_ENTRIES} of ${total} requests: clear it first`);
      return entries.filter((entry) => matches(entry, filter)).length;
    },
    clear() {
      entries = [];
      total = 0;
    },
  };
}
