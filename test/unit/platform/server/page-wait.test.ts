import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPageWait } from '../../../../src/platform/server/page-wait.ts';
import { createLogger } from '../../../../src/platform/telemetry/logger.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('the waits of one request share the time of one call and little more; each gets half a second at least', () => {
  const wait = createPageWait(3000);
  const log = createLogger('silent');
  const request = { caller: undefined, correlationId: 'here', startedAt: performance.now(), log, logFields: {} };
  expect(wait(request)).toBe(3250);
  vi.advanceTimersByTime(2000);
  expect(wait(request)).toBe(1250);
  vi.advanceTimersByTime(1000);
  expect(wait(request)).toBe(500);
  expect(wait({ ...request, startedAt: performance.now() })).toBe(3250);
});
