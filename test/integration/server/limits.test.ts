import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import type { TestClient } from '../../support/app/test-client.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({
    withoutBackground: true,
    env: { GATEWAY_SECRET: 'the-first-gateway-secret', MUTATIONS_PER_MINUTE: '3' },
  });
});

afterAll(() => app.close());

const SECRET = { 'x-gateway-secret': 'the-first-gateway-secret' };
const QUERY = '{ topupOrders { totalCount } }';
const cancel = (alias: string) => `${alias}: cancelTopupOrder(input: { orderId: "1" }) { userErrors { code } }`;
const mutate = (client: TestClient, document = `mutation { ${cancel('one')} }`) => client.send(document, {}, SECRET);

test('the gateway secret guards only the graph', async () => {
  const status = async (path: string, init?: RequestInit) => (await fetch(`${app.url}${path}`, init)).status;
  expect(await status('/livez')).toBe(200);
  expect(await status('/readyz')).toBe(200);
  expect(await status('/metrics')).toBe(200);
  expect(await status('/webhooks/mekari-pay', { method: 'POST', body: '{}' })).toBe(401);
  const headers = { authorization: `Bearer ${(await app.client()).token}` };
  expect(await status('/iag/v1/topup-configurations', { headers })).toBe(200);
});

test('the gateway secret is not logged', async () => {
  await (await app.client()).send(QUERY, {}, SECRET);
  expect(JSON.stringify(app.logs)).not.toContain('the-first-gateway-secret');
});

test('a caller with too many mutations gets the time to wait, and can still read; other callers notice nothing', async () => {
  const hasty = await app.client({ sub: 'hasty' });
  for (let sent = 0; sent < 3; sent++) expect((await mutate(hasty)).status).toBe(200);
  const refused = await mutate(hasty);
  const seconds = Number(refused.headers.get('retry-after'));
  expect({ status: refused.status, data: refused.data, extensions: refused.errors?.[0]?.extensions }).toEqual({
    status: 200,
    data: undefined,
    extensions: {
      code: 'RATE_LIMITED',
      correlationId: refused.correlationId,
      retryAfterSeconds: seconds,
      limitName: 'mutations per minute',
      limit: 3,
      figure: 4,
    },
  });
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(seconds).toBeLessThanOrEqual(60);

  expect((await hasty.send(QUERY, {}, SECRET)).status).toBe(200);
  expect((await mutate(await app.client({ sub: 'patient' }))).status).toBe(200);
  expect((await mutate(await app.client({ sub: 'hasty', organization_id: '1002' }))).status).toBe(200);
});

test('a mutation that is refused without a token counts against nobody', async () => {
  for (let sent = 0; sent < 5; sent++) {
    const { status } = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...SECRET },
      body: JSON.stringify({ query: `mutation { ${cancel('one')} }` }),
    });
    expect(status).toBe(200);
  }
});
