import { expect, test } from 'vitest';
import { WaiterLimit } from '../../../src/orders/waiter-limit.ts';

const limitOfThree = () => new WaiterLimit({ all: 3, ofCaller: 2 });

test('waiters are bounded per caller and in all, and each is released once', () => {
  const waiters = limitOfThree();
  const [release] = [waiters.acquire('siti', 'request'), waiters.acquire('siti', 'stream')];
  const most = 'At most 2 requests and streams of a caller wait at once';
  expect(() => waiters.acquire('siti', 'request')).toThrow(`${most}: ask without waitSeconds.`);
  waiters.acquire('budi', 'request');
  const refused = () => waiters.acquire('rina', 'request');
  expect(refused).toThrow('Too many requests and streams wait at the moment: ask without waitSeconds.');
  release?.();
  release?.();
  expect(waiters.size).toBe(2);
  waiters.acquire('siti', 'stream');
  expect(refused).toThrow('Too many requests and streams wait at the moment');
});

test('a refused stream gets no advice about an argument that it does not have', () => {
  const waiters = limitOfThree();
  for (const caller of ['siti', 'siti', 'budi']) waiters.acquire(caller, 'stream');
  const instead = 'read the order by topupOrder, or end another stream and subscribe again.';
  for (const caller of ['siti', 'rina']) expect(() => waiters.acquire(caller, 'stream')).toThrow(instead);
});
