import { expect, test } from 'vitest';
import { DISABLED_AFTER_MS, waitAfter } from '../../../src/event-delivery/rules/retry-schedule.ts';

const waits = (random: () => number) => Array.from({ length: 10 }, (_, index) => waitAfter(index + 1, random));
const total = (list: readonly (number | undefined)[]) => list.reduce<number>((sum, ms) => sum + (ms ?? 0), 0);

test('ten attempts take three days and more, each wait up to a fifth longer', () => {
  expect(waits(() => 0).map((ms) => ms && ms / 1000)).toEqual([
    5,
    300,
    1800,
    7200,
    18_000,
    36_000,
    50_400,
    72_000,
    86_400,
    undefined,
  ]);
  expect(waits(() => 0.5)[0]).toBe(5500);
});

test('a subscription that only fails is disabled before its first event is given up', () => {
  expect(total(waits(() => 0))).toBeGreaterThan(DISABLED_AFTER_MS);
});
