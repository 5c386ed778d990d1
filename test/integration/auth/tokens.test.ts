import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TokenOptions } from '../../../sandbox/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createTestClient } from '../../support/app/test-client.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
});

afterAll(() => app.close());

const QUERY = '{ topupOrders { totalCount } }';
const ask = (token: string) => createTestClient(app.url, token).send(QUERY);
const token = (options?: TokenOptions) => app.sandbox.auth.token(options);

test.each(['RS256', 'ES256', 'EdDSA'] as const)('accepts a token signed with %s', async (alg) => {
  expect(await ask(await token({ alg }))).toMatchObject({ status: 200, data: { topupOrders: { totalCount: 0 } } });
});

test('writes no token to the log, accepted or refused', async () => {
  const [good, bad] = [await token(), await token({ expires_in: -60 })];
  await ask(good);
  await ask(bad);
  const log = JSON.stringify(app.logs);
  for (const [, payload = '', signature = ''] of [good.split('.'), bad.split('.')]) {
    expect(log).not.toContain(payload);
    expect(log).not.toContain(signature);
  }
});

test('refuses everybody until the first key set arrives, then accepts again', async () => {
  const second = await startApp({ withoutBackground: true });
  try {
    const admin = await second.client();
    await second.sandbox.auth.refuse();
    const refused = await admin.send(QUERY);
    expect({ status: refused.status, code: refused.errors?.[0]?.extensions['code'] }).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
    await second.sandbox.auth.accept();
    expect((await admin.send(QUERY)).status).toBe(200);
    await second.sandbox.auth.refuse();
    expect((await admin.send(QUERY)).status).toBe(200);
  } finally {
    await second.close();
  }
});

test('accepts a new key from its first token on, and refuses a retired one', async () => {
  const second = await startApp({ withoutBackground: true });
  try {
    const before = await second.client();
    expect((await before.send(QUERY)).status).toBe(200);
    await second.sandbox.auth.rotate({ alg: 'ES256', retireOld: true });
    expect((await before.send(QUERY)).status).toBe(200);
    expect((await (await second.client()).send(QUERY)).status).toBe(200);
    expect((await before.send(QUERY)).status).toBe(401);
  } finally {
    await second.close();
  }
});
