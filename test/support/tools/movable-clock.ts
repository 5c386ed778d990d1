/**
 * A shifted time of day, for the server (`clock`) and its neighbours (`now`) alike. Tokens are verified by the real
 * time, so a test with a long time span starts in the past and ends in the present.
 */
export function movableClock(startSeconds = 0) {
  let shiftMs = startSeconds * 1000;
  const now = () => new Date(Date.now() + shiftMs);
  return {
    now,
    clock: { now },
    advance(seconds: number): void {
      shiftMs += seconds * 1000;
    },
    toPresent(): void {
      shiftMs = 0;
    },
  };
}

/** A clock that stands still until it is moved, for tests in which a second matters. */
export function stillClock() {
  let at = Date.now();
  const now = () => new Date(at);
  return {
    now,
    clock: { now },
    advance(seconds: number): void {
      at += seconds * 1000;
    },
  };
}
