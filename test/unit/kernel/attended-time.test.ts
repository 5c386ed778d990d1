import { expect, test } from 'vitest';
import { attendedMs, within } from '../../../src/kernel/attended-time.ts';

const never = new Promise<string>(() => undefined);
/** Keeps the whole process from looking at anything. */
const beBusy = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('work that comes in time is what it comes to, good or bad', async () => {
  expect(await within(1000, Promise.resolve('well'), () => 'late')).toBe('well');
  await expect(within(1000, Promise.reject(new Error('ill')), () => 'late')).rejects.toThrow('ill');
});

test('work that does not come is given up, by a value or an error', async () => {
  expect(await within(20, never, () => 'late')).toBe('late');
  expect(await within(-5, never, () => 'late')).toBe('late');
  const giveUp = () => {
    throw new Error('too late');
  };
  await expect(within(20, never, giveUp)).rejects.toThrow('too late');
});

test('time in which this process could not look does not count', async () => {
  const before = attendedMs();
  const waiting = within(200, new Promise<string>((resolve) => setTimeout(() => resolve('well'), 300)), () => 'late');
  beBusy(1000);
  await turn();
  expect(await waiting).toBe('well');
  expect(attendedMs() - before).toBeLessThan(1000);
});

test('time goes on while it can look', async () => {
  const before = attendedMs();
  await within(120, never, () => 'late');
  expect(attendedMs() - before).toBeGreaterThanOrEqual(120);
});
