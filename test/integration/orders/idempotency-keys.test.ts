import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type KeyUse, keyUse } from '../../../src/orders/rules/idempotency-key.ts';
import { isKeyTaken, keyInsert, repeatOf, usesOfKey } from '../../../src/orders/store/idempotency-keys.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder } from '../../support/app/purchase.ts';

let app: TestApp;
let orderId: string;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  orderId = (await createOrder(await app.client(), '1001', { agent_extra: '1' })).id;
});

afterAll(() => app.close());

/** Uses keys as the services do, for a caller of 1001 who may also read the others. */
const request = {
  caller: { subject: 'admin', organizationId: '1001', scopes: new Set(['topup:write', 'topup:support']) },
} as unknown as RequestContext;
const write = (use: KeyUse) => app.callers.writes(request, keyInsert(use, orderId, AT));
const find = async (use: KeyUse) => {
  const [uses] = await app.callers.reads(request, usesOfKey(use));
  const found = repeatOf(use, uses);
  return found === undefined || typeof found === 'string' ? found : { orderId: found.id };
};

const AT = new Date('2026-11-22T03:00:00Z');

const codeOf = (act: () => unknown) => {
  try {
    return act();
  } catch (error) {
    const { message, extensions } = error as { message: string; extensions: { code: string } };
    return [extensions.code, message];
  }
};

test.each(['', ' ', '\t', 'k'.repeat(256), 'with\u0000in', 'two\nlines', '\u007f'])('%j is not a valid key', (key) => {
  expect(codeOf(() => keyUse('1001', 'create', key, []))).toEqual([
    'BAD_USER_INPUT',
    'idempotencyKey must have 1 to 255 printable characters: a UUID per order and step is right.',
  ]);
});

test.each(['k', 'k'.repeat(255), ' k ', 'kunci 🧾', randomUUID()])('%j is a valid key', (key) => {
  expect(keyUse('1001', 'create', key, [1])).toEqual({
    organizationId: '1001',
    operation: 'create',
    key,
    contentHash: createHash('sha256').update('[1]').digest('hex'),
  });
});

test('a key answers its order; other content is a conflict; a new key answers nothing', async () => {
  const key = randomUUID();
  const use = keyUse('1001', 'confirm', key, { orderId });
  expect(await find(use)).toBeUndefined();
  await write(use);
  expect(await find(use)).toEqual({ orderId });
  expect(await find(keyUse('1001', 'confirm', key, { orderId: 'another' }))).toBe('conflict');
});

test('a key is scoped by its organization, its operation and its text alone', async () => {
  const key = randomUUID();
  const use = keyUse('1001', 'confirm', key, {});
  await write(use);
  const others = [
    keyUse('1002', 'confirm', key, {}),
    keyUse('1001', 'create', key, {}),
    keyUse('1001', 'confirm', `${key}x`, {}),
  ];
  expect(await Promise.all(others.map((other) => find(other)))).toEqual([undefined, undefined, undefined]);
});

test('a key is used once: a second caller gets that answer and no other', async () => {
  const use = keyUse('1001', 'confirm', randomUUID(), {});
  await write(use);
  const second = await write(use).catch((error: unknown) => error);
  expect(isKeyTaken(second)).toBe(true);
  const other = await app.callers.transaction(request, (tx) => tx.query('select 1/0')).catch((error: unknown) => error);
  expect(isKeyTaken(other)).toBe(false);
  const rows = await app.db.query('select created_at from idempotency_keys where key = $1', [use.key]);
  expect(rows).toEqual([{ created_at: AT }]);
});
