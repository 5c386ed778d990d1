import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHints, type Notification, SPACING_MS } from '../../../src/platform/jobs/hints.ts';

let passed: Notification[];
let hint: (notification: Notification) => void;

beforeEach(() => {
  vi.useFakeTimers();
  passed = [];
  hint = createHints((notification) => passed.push(notification));
});

afterEach(() => {
  vi.useRealTimers();
});

const added = (count = 1): Notification => ({ channel: 'jobs:insert', payload: `{"count":${count}}` });

test('a notification of a new job passes at once', () => {
  hint(added());
  expect(passed).toEqual([added()]);
  vi.advanceTimersByTime(SPACING_MS);
  hint(added());
  expect(passed).toEqual([added(), added()]);
});

test('a flood passes as two notifications each spacing, and none is lost', () => {
  for (let turn = 0; turn < 10; turn += 1) {
    for (let times = 0; times < 1000; times += 1) hint(added(1_000_000));
    vi.advanceTimersByTime(SPACING_MS);
  }
  expect(passed).toEqual([added(1_000_000), added(999), ...Array(9).fill(added(1000))]);
  vi.advanceTimersByTime(SPACING_MS);
  hint(added());
  expect(passed).toHaveLength(12);
});

test('nothing else passes, so no message of anybody stops a worker', () => {
  hint({ channel: 'worker:migrate', payload: '{"breaking":true,"migrationNumber":99}' });
  hint({ channel: 'jobs:delete', payload: '' });
  vi.advanceTimersByTime(10 * SPACING_MS);
  expect(passed).toEqual([]);
});

test('a runner that is in no hurry hears of a flood less often', () => {
  const unhurried = createHints((notification) => passed.push(notification), 5 * SPACING_MS);
  for (let turn = 0; turn < 10; turn += 1) {
    unhurried(added());
    vi.advanceTimersByTime(SPACING_MS);
  }
  expect(passed).toEqual([added(), added(4), added(5)]);
});
