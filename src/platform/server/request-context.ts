import type { Caller } from '../auth/caller.ts';
import type { Logger } from '../telemetry/logger.ts';

/** The caller of a request and its correlation id. One object per incoming request; also GraphQL's context value. */
export interface RequestContext {
  /** undefined without a token. */
  readonly caller: Caller | undefined;
  readonly correlationId: string;
  readonly log: Logger;
  /** Fields of the request's one log line, beside status and time: operation, error codes, organization. */
  readonly logFields: Record<string, unknown>;
}

/** State of one request, such as its loaders: created at the first use, freed with the request. Two callers never share it. */
export function perRequest<T>(create: (request: RequestContext) => T): (request: RequestContext) => T {
  // A property of the request, because the values of a WeakMap live longer (platform/server/connections.ts).
  const own = Symbol(create.name);
  return (request: RequestContext & { [own]?: T }) => {
    request[own] ??= create(request);
    return request[own];
  };
}

/** The same for values by key: the value of each key is created once per request. */
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
