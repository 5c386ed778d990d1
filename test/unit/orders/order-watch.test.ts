import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OrderWatch, type WatchOptions } from '../../../src/orders/order-watch.ts';

const ORDER = '00000000-0000-4000-8000-000000000001';
const OTHER = '00000000-0000-4000-8000-000000000002';
const since = new Date('2026-11-29T10:00:00.000Z');
const later = new Date('2026-11-29T10:00:00.001Z');

let changes: Map<string, Date>;
let looks: string[][];

beforeEach(() => {
  vi.useFakeTimers();
  changes = new Map([
    [ORDER, since],
    [OTHER, since],
  ]);
  looks = [];
});
afterEach(() => vi.useRealTimers());

const watchWith = (options: Partial<WatchOptions> = {}) =>
  new OrderWatch({
    async changesOf(ids) {
      looks.push([...ids]);
      return changes;
    },
    ensureHints: () => undefined,
    limits: { all: 3, ofCaller: 2 },
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

test('a hint ends the waits of an order that changed, after one look for all hints of the moment', async () => {
  const watch = watchWith();
  const [wait, other] = [waitOn(watch), waitOn(watch, { orderId: OTHER })];
  changes.set(ORDER, later);
  for (const id of [ORDER, ORDER, OTHER, 'an order of nobody here']) watch.hint(id);
  await vi.advanceTimersByTimeAsync(50);
  expect([wait.isOver, other.isOver]).toEqual([true, false]);
  expect(looks).toEqual([[ORDER, OTHER]]);
});

test('changedAt decides: a hint about an unchanged order ends nothing', async () => {
  const watch = watchWith();
  const wait = waitOn(watch);
  watch.hint(ORDER);
  await vi.advanceTimersByTimeAsync(50);
  expect(wait.isOver).toBe(false);
});

test('without any hint a change is seen within three seconds', async () => {
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
  expect([wait.isOver, looks.length]).toEqual([true, 2]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([looks.length, vi.getTimerCount()]).toEqual([2, 0]);
});

test('a look that fails is reported, and the next one finds the change', async () => {
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

test('places are bounded per caller and in all, and one is given back once', () => {
  const watch = watchWith();
  const [free] = [watch.takePlace('siti', 'request'), watch.takePlace('siti', 'stream')];
  const most = 'At most 2 requests and streams of a caller wait at once';
  expect(() => watch.takePlace('siti', 'request')).toThrow(`${most}: ask without waitSeconds.`);
  watch.takePlace('budi', 'request');
  const refused = () => watch.takePlace('rina', 'request');
  expect(refused).toThrow('Too many requests and streams wait at the moment: ask without waitSeconds.');
  free?.();
  free?.();
  expect(watch.size).toBe(2);
  watch.takePlace('siti', 'stream');
  expect(refused).toThrow('Too many requests and streams wait at the moment');
});

test('a refused stream is told of no argument that it does not have', () => {
  const watch = watchWith();
  for (const caller of ['siti', 'siti', 'budi']) watch.takePlace(caller, 'stream');
  const instead = 'read the order by topupOrder, or end another stream and subscribe again.';
  for (const caller of ['siti', 'rina']) expect(() => watch.takePlace(caller, 'stream')).toThrow(instead);
});
