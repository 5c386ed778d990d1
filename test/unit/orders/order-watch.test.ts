import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OrderWatch, type WatchOptions } from '../../../src/orders/order-watch.ts';

const ORDER = '00000000-0000-4000-8000-000000000001';
const OTHER = '00000000-0000-4000-8000-000000000002';
const since = new Date('2026-11-29T10:00:00.000Z');
const later = new Date('2026-11-29T10:00:00.001Z');

let changes: Map<string, Date>;
let checks: string[][];

beforeEach(() => {
  vi.useFakeTimers();
  changes = new Map([
    [ORDER, since],
    [OTHER, since],
  ]);
  checks = [];
});
afterEach(() => vi.useRealTimers());

const watchWith = (options: Partial<WatchOptions> = {}) =>
  new OrderWatch({
    async changesOf(ids) {
      checks.push([...ids]);
      return changes;
    },
    ensureListening: () => undefined,
    onFault: () => undefined,
    ...options,
  });

function waitOn(watch: OrderWatch, changed: Partial<Parameters<OrderWatch['wait']>[0]> = {}) {
  const wait = watch.wait({ orderId: ORDER, since, ms: 20_000, ...changed });
  const state = { isOver: false, end: wait.end };
  void wait.over.then(() => {
    state.isOver = true;
  });
  return state;
}

test('a notification ends the waits of an order that changed, after one check for all notifications of the moment', async () => {
  const watch = watchWith();
  const [wait, other] = [waitOn(watch), waitOn(watch, { orderId: OTHER })];
  changes.set(ORDER, later);
  for (const id of [ORDER, ORDER, OTHER, 'an order of nobody here']) watch.notify(id);
  await vi.advanceTimersByTimeAsync(50);
  expect([wait.isOver, other.isOver]).toEqual([true, false]);
  expect(checks).toEqual([[ORDER, OTHER]]);
});

test('changedAt decides: a notification of an unchanged order ends nothing', async () => {
  const watch = watchWith();
  const wait = waitOn(watch);
  watch.notify(ORDER);
  await vi.advanceTimersByTimeAsync(50);
  expect(wait.isOver).toBe(false);
});

test('without any notification a change is found within three seconds', async () => {
  const watch = watchWith();
  const wait = waitOn(watch);
  changes.set(ORDER, later);
  await vi.advanceTimersByTimeAsync(2999);
  expect(wait.isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(wait.isOver).toBe(true);
});

test('a wait ends with its time, and nothing goes on without waits', async () => {
  const watch = watchWith();
  const wait = waitOn(watch, { ms: 7000 });
  await vi.advanceTimersByTimeAsync(7000);
  expect([wait.isOver, checks.length]).toEqual([true, 2]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([checks.length, vi.getTimerCount()]).toEqual([2, 0]);
});

test('a check that fails is reported, and the next one finds the change', async () => {
  const faults: unknown[] = [];
  let isDown = true;
  const watch = watchWith({
    changesOf: async () => (isDown ? Promise.reject(new Error('down')) : changes),
    onFault: (error) => faults.push(error),
  });
  const wait = waitOn(watch);
  changes.set(ORDER, later);
  await vi.advanceTimersByTimeAsync(3000);
  expect([wait.isOver, faults.length]).toEqual([false, 1]);
  isDown = false;
  await vi.advanceTimersByTimeAsync(3000);
  expect(wait.isOver).toBe(true);
});

test('a stop ends all waits, and a later one at once', async () => {
  const watch = watchWith();
  const waits = [waitOn(watch), waitOn(watch, { orderId: OTHER })];
  watch.stop();
  waits.push(waitOn(watch));
  await vi.advanceTimersByTimeAsync(0);
  expect(waits.map(({ isOver }) => isOver)).toEqual([true, true, true]);
  expect(vi.getTimerCount()).toBe(0);
});
