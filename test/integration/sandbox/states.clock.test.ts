import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApp } from '../../support/app/app.ts';
import { startAppWithStates } from '../../support/app/app-with-states.ts';
import { readOrder } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startAppWithStates();
});
afterAll(() => app?.close());

async function control(method: string, path: string, body?: object): Promise<unknown> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  return (await fetch(`${app.sandbox.states.url}/_sandbox/${path}`, init)).json();
}

test.each([
  ['a quote', 'DRAFT', 1801],
  ['the time to pay', 'PENDING_PAYMENT', 86_401],
] as const)('moving the clock past %s expires an order in %s', async (_end, state, advanceSeconds) => {
  const { orderId, token } = await app.sandbox.states.reach({ state });
  await control('PUT', 'clock', { advanceSeconds });
  expect(await readOrder(createTestClient(app.url, token), orderId ?? '')).toMatchObject({ status: 'EXPIRED' });
  expect(await control('GET', 'audit')).toEqual({ violations: [] });
});

test('a frozen clock stands still until it is moved or released', async () => {
  const at = '2030-01-15T03:00:00.000Z';
  expect(await control('PUT', 'clock', { at, isFrozen: true })).toEqual({ now: at, frozenAt: at });
  expect(await control('GET', 'clock')).toMatchObject({ now: at });
  expect(await control('PUT', 'clock', { advanceSeconds: 60 })).toMatchObject({ now: '2030-01-15T03:01:00.000Z' });
  expect(await control('PUT', 'clock', {})).toMatchObject({ shiftMs: 0 });
});
