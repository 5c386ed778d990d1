import type { ClockSetting, MovableClock } from '../movable-clock.ts';
import { flag, integer, object, optional, timestamp } from '../shape.ts';

/** `at` or `advanceSeconds`; an empty change returns to the real time. */
export interface ClockChange {
  /** RFC 3339. */
  at?: string | undefined;
  advanceSeconds?: number | undefined;
  /** The clock stands still there. Default: it goes on. */
  isFrozen?: boolean | undefined;
}

const YEARS_SECONDS = 10 * 366 * 86_400;

export const clockShape = object<ClockChange>({
  at: optional(timestamp),
  advanceSeconds: optional(integer(0, YEARS_SECONDS)),
  isFrozen: optional(flag),
});

export function settingOf({ at, advanceSeconds, isFrozen }: ClockChange, clock: MovableClock): ClockSetting {
  if (at === undefined && advanceSeconds === undefined && isFrozen === undefined) return { shiftMs: 0 };
  const now = clock.now().getTime();
  const target = (at === undefined ? now : Date.parse(at)) + (advanceSeconds ?? 0) * 1000;
  const wasFrozen = 'frozenAt' in clock.setting();
  if (isFrozen ?? wasFrozen) return { frozenAt: new Date(target).toISOString() };
  const setting = clock.setting();
  clock.set({ shiftMs: 0 });
  const base = clock.now().getTime();
  clock.set(setting);
  return { shiftMs: target - base };
}
