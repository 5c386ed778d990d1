import type { Sent } from './send.ts';

/** A technical failure: a top-level error, or no answer. */
export interface Problem {
  /** `extensions.code` of the graph, OFFLINE without an answer, or the status of an answer that is no GraphQL. */
  code?: string;
  /** The reference for support, which the service's log has too. */
  correlationId?: string;
}

/** Returns each failure once, though several fields may report it. */
export function problemsOf({ status, body }: Sent<unknown>): Problem[] {
  if (status === undefined) return [{ code: 'OFFLINE' }];
  if (body === undefined) return [{ code: STATUSES[status] ?? String(status) }];
  const problems = (body.errors ?? []).map(({ extensions }) => ({
    code: textOf(extensions?.['code']),
    correlationId: textOf(extensions?.['correlationId']),
  }));
  return [...new Map(problems.map((problem) => [problem.code, problem])).values()];
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

export const STATUSES: Record<number, string> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  429: 'RATE_LIMITED',
  502: 'SERVICE_UNAVAILABLE',
  503: 'SERVICE_UNAVAILABLE',
  504: 'SERVICE_UNAVAILABLE',
};
