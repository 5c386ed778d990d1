/**
 * The time of day, moved: for the server (`clock`) and its neighbours (`now`) alike. Tokens are judged by the real time, so a
 * test in which much time passes begins in the past and comes back to the present.
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

/** Time that stands still until it is moved: for tests in which a second more or less shows. */
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
