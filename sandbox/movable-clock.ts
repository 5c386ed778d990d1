import type { Clock } from './clock.ts';

/** The difference from the base clock: a shift, or an instant at which this clock stands still. */
export type ClockSetting = { shiftMs: number } | { frozenAt: string };

export interface MovableClock {
  now: Clock;
  setting(): ClockSetting;
  set(setting: ClockSetting): void;
}

/** A clock that follows `base` until it is moved or stopped. */
export function createMovableClock(base: Clock): MovableClock {
  let setting: ClockSetting = { shiftMs: 0 };
  return {
    now: () => ('frozenAt' in setting ? new Date(setting.frozenAt) : new Date(base().getTime() + setting.shiftMs)),
    setting: () => setting,
    set(next) {
      setting = next;
    },
  };
}
