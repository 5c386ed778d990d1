import type { Caller } from '../auth/caller.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Who is asking, and under which correlation id. One object per incoming request; also GraphQL's context value. */
export interface RequestContext {
  /** undefined: no token was sent. */
  readonly caller: Caller | undefined;
  readonly correlationId: string;
  readonly log: Logger;
  /** What the one log line of this request will say beside status and time: operation, error codes, organization. */
  readonly logFields: Record<string, unknown>;
}

/**
 * State that lives as long as one request, such as its loaders: made at the first use, gone with the request. Two callers
 * never share it.
 */
export function perRequest<T>(create: (request: RequestContext) => T): (request: RequestContext) => T {
  // On the request itself, and not beside it in a WeakMap: what such a map holds lives longer (platform/server/connections.ts).
  const own = Symbol(create.name);
  return (request: RequestContext & { [own]?: T }) => {
    request[own] ??= create(request);
    return request[own];
  };
}

/** The same for values by key: each key's value is made once per request. */
export function perRequestAndKey<T>(
  create: (request: RequestContext, key: string) => T,
): (request: RequestContext, key: string) => T {
  const values = perRequest(() => new Map<string, T>());
  return (request, key) => {
    const known = values(request);
    const existing = known.get(key);
    if (existing !== undefined) return existing;
    const value = create(request, key);
    known.set(key, value);
    return value;
  };
}
