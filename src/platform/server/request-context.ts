import type { Caller } from '../auth/caller.ts';
import type { Logger } from '../telemetry/logger.ts';

/** The caller and the correlation id of one incoming request. It is also GraphQL's context value. */
export interface RequestContext {
  /** undefined without a token. */
  readonly caller: Caller | undefined;
  readonly correlationId: string;
  /** When its work began, by performance.now(). */
  readonly startedAt: number;
  readonly log: Logger;
  /** Fields of the request's one log line, beside status and time: operation, error codes, organization. */
  readonly logFields: Record<string, unknown>;
  /** Calls the listener when the client's connection closes. Returns a function that takes it back. */
  onClosed?(listener: () => void): () => void;
}

/** Creates state of one request, such as a loader, at its first use. Two requests never share it. */
export function perRequest<T>(create: (request: RequestContext) => T): (request: RequestContext) => T {
  // Stores it on the request, because the values of a WeakMap live longer (platform/server/connections.ts).
  const own = Symbol(create.name);
  return (request: RequestContext & { [own]?: T }) => {
    request[own] ??= create(request);
    return request[own];
  };
}

/** Creates state of one request per key. */
export function perRequestAndKey<T>(
  create: (request: RequestContext, key: string) => T,
): (request: RequestContext, key: string) => T {
  const values = perRequest(() => new Map<string, T>());
  return (request, key) => {
    const byKey = values(request);
    const existing = byKey.get(key);
    if (existing !== undefined) return existing;
    const value = create(request, key);
    byKey.set(key, value);
    return value;
  };
}
