import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type Notification,
  SPACING_MS,
  throttleNotifications,
} from '../../../src/platform/jobs/throttle-notifications.ts';

let passed: Notification[];
let notify: (notification: Notification) => void;

beforeEach(() => {
  vi.useFakeTimers();
  passed = [];
  notify = throttleNotifications((notification) => passed.push(notification));
});

afterEach(() => {
  vi.useRealTimers();
});

const added = (count = 1): Notification => ({ channel: 'jobs:insert', payload: `{"count":${count}}` });

test('a notification of a new job passes at once', () => {
  notify(added());
  expect(passed).toEqual([added()]);
  vi.advanceTimersByTime(SPACING_MS);
  notify(added());
  expect(passed).toEqual([added(), added()]);
});

test('a flood passes as two notifications each spacing, and none is lost', () => {
  for (let turn = 0; turn < 10; turn += 1) {
    for (let times = 0; times < 1000; times += 1) notify(added(1_000_000));
    vi.advanceTimersByTime(SPACING_MS);
  }
  expect(passed).toEqual([added(1_000_000), added(999), ...Array(9).fill(added(1000))]);
  vi.advanceTimersByTime(SPACING_MS);
  notify(added());
  expect(passed).toHaveLength(12);
});

test('nothing else passes, so no message of anybody stops a worker', () => {
  notify({ channel: 'worker:migrate', payload: '{"breaking":true,"migrationNumber":99}' });
  notify({ channel: 'jobs:delete', payload: '' });
  vi.advanceTimersByTime(10 * SPACING_MS);
  expect(passed).toEqual([]);
});

test('a runner that is in no hurry hears of a flood less often', () => {
  const unhurried = throttleNotifications((notification) => passed.push(notification), 5 * SPACING_MS);
  for (let turn = 0; turn < 10; turn += 1) {
    unhurried(added());
    vi.advanceTimersByTime(SPACING_MS);
  }
  expect(passed).toEqual([added(), added(4), added(5)]);
});
