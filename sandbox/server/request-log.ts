import { type Arrivals, createArrivals } from '../arrivals.ts';
import type { Clock } from '../clock.ts';

/** One call of a neighbour's interface; pages and switches are not logged. */
export interface LoggedRequest {
  at: string;
  method: string;
  /** Path and query, as on the request line. */
  path: string;
  /** Names in lower case; the value of `authorization` is hidden. */
  headers: Record<string, string>;
  /** Parsed where it is JSON, else the text; null when there is none. */
  body: unknown;
  /** What was answered; null while it is under way, and for good when no answer left. */
  status: number | null;
  /** The kind of the fault that it met. */
  fault: string | null;
}

export interface RequestFilter {
  method?: string;
  /** A part of path and query. */
  path?: string;
  /** A part of the body, where it is JSON without its white space. */
  body?: string;
}

export interface RequestLog {
  add(request: Omit<LoggedRequest, 'at' | 'status' | 'fault'>): LoggedRequest;
  /** Oldest first, at most the newest 1000. */
  list(filter?: RequestFilter): LoggedRequest[];
  /** Of all since the last clear. With a filter it throws once older ones are gone, rather than count too few. */
  count(filter?: RequestFilter): number;
  arrivals: Arrivals<LoggedRequest>;
  clear(): void;
}

const KEPT = 1000;

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
      if (entries.length > KEPT) entries.shift();
      total += 1;
      arrivals.announce(entry);
      return entry;
    },
    list: (filter = {}) => entries.filter((entry) => matches(entry, filter)).map((entry) => ({ ...entry })),
    count(filter) {
      if (filter === undefined) return total;
      if (total > entries.length)
        throw new Error(`only the newest ${KEPT} of ${total} requests are kept: clear the log first`);
      return entries.filter((entry) => matches(entry, filter)).length;
    },
    clear() {
      entries = [];
      total = 0;
    },
  };
}
