/**
 * The only three ways in which a neighbour's client fails:
 * - unavailable: no usable answer came (refused, reset, timed out, 429, 5xx); asking again later may help;
 * - rejected: it understood and said no (other 4xx); asking the same again will not help;
 * - malformed: it answered something that is not its contract.
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

/** What a settled-or-failed lookup answers per item, so that one failure drops one row. */
export function isUpstreamError(value: unknown): value is UpstreamError {
  return value instanceof UpstreamError;
}

/** It was not even asked, because it did not answer others lately: no news of it, and nothing to remember or to log. */
export class NotAskedError extends UpstreamError {
  constructor(neighbour: string) {
    super(neighbour, 'unavailable', 'it did not answer lately, and is not asked for a moment');
  }
}
