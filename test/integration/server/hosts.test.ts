import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { sendRaw } from '../../support/http/raw-http.ts';

let app: TestApp;
let listed: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  listed = await startApp({
    withoutBackground: true,
    shared: app,
    env: { ALLOWED_HOSTS: 'Topup.example.test, 127.0.0.1' },
  });
});

afterAll(async () => {
  await listed?.close();
  await app?.close();
});

async function get(of: TestApp, path: string, host: string) {
  const [answer] = await sendRaw(of.url, `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  return { status: answer?.status, body: answer?.body };
}

const GRAPH = '/graphql?query=%7B__typename%7D';

test('only the listed names are answered, on any port', async () => {
  for (const host of ['topup.example.test', 'TOPUP.example.test:4000', '127.0.0.1:1']) {
    expect((await get(listed, '/metrics', host)).status).toBe(200);
  }
  for (const host of ['evil.example', 'topup.example.test.evil.example', 'localhost', '10.0.0.1']) {
    expect(await get(listed, '/metrics', host)).toMatchObject({
      status: 421,
      body: expect.stringContaining('does not answer to the name'),
    });
    expect((await get(listed, '/nothing', host)).status).toBe(421);
  }
  expect(await get(listed, GRAPH, 'evil.example')).toMatchObject({
    status: 421,
    body: expect.stringContaining('"code":"BAD_REQUEST"'),
  });
});

test('a platform probes by address, whatever is listed', async () => {
  expect((await get(listed, '/livez', '10.0.0.1:4000')).status).toBe(200);
  expect((await get(listed, '/readyz', '10.0.0.1:4000')).status).toBe(200);
});

test('without a list every valid name is answered', async () => {
  expect((await get(app, '/metrics', 'anything.example')).status).toBe(200);
});
