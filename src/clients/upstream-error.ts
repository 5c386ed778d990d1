/**
 * A neighbour's client fails in one of three ways:
 * - unavailable: no usable answer came (refused, reset, timed out, 429, 5xx); a later retry may succeed;
 * - rejected: the neighbour refused the request (other 4xx); the same request would fail again;
 * - malformed: the answer breaks the neighbour's contract.
 * `reason` is safe to log and to store: it never holds a body, a token or an address.
 */
export type UpstreamFailureKind = 'unavailable' | 'rejected' | 'malformed';

export class UpstreamError extends Error {
  constructor(
    readonly neighbour: string,
    readonly kind: UpstreamFailureKind,
    readonly reason: string,
    readonly status?: number,
  ) {
    super(`${neighbour} ${kind}: ${reason}`);
    this.name = 'UpstreamError';
  }
}

/** Narrows one item of a batch lookup, in which each item succeeds or fails alone. */
export function isUpstreamError(value: unknown): value is UpstreamError {
  return value instanceof UpstreamError;
}

/** The call was skipped, because others failed lately. It tells nothing new: callers neither cache nor log it. */
export class NotAskedError extends UpstreamError {
  constructor(neighbour: string) {
    super(neighbour, 'unavailable', 'recent calls failed, so this one was skipped');
  }
}
