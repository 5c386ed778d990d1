import { expect, test } from 'vitest';
import { within } from '../../../src/clients/deadline.ts';

const never = new Promise<string>(() => undefined);
/** Blocks the whole process. */
const beBusy = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const answerAfter = (ms: number) => new Promise<string>((resolve) => setTimeout(() => resolve('well'), ms));

test('work that ends in time gives its result, good or bad', async () => {
  expect(await within(1000, Promise.resolve('well'), () => 'late')).toBe('well');
  await expect(within(1000, Promise.reject(new Error('ill')), () => 'late')).rejects.toThrow('ill');
});

test('late work is abandoned, with a value or an error', async () => {
  expect(await within(20, never, () => 'late')).toBe('late');
  expect(await within(-5, never, () => 'late')).toBe('late');
  const giveUp = () => {
    throw new Error('too late');
  };
  await expect(within(20, never, giveUp)).rejects.toThrow('too late');
});

test('a process that stalls for a second still gets an answer of 300 ms within a wait of 200', async () => {
  const waiting = within(200, answerAfter(300), () => 'late');
  beBusy(1000);
  expect(await waiting).toBe('well');
});

test('an answer that arrives while the last slice stalls is read', async () => {
  const waiting = within(1, answerAfter(60), () => 'late');
  beBusy(200);
  expect(await waiting).toBe('well');
});

test('the wait takes its whole time without a stall, and little more', async () => {
  const before = performance.now();
  await within(120, never, () => 'late');
  expect(performance.now() - before).toBeGreaterThanOrEqual(120);
  expect(await within(120, answerAfter(1000), () => 'late')).toBe('late');
});
