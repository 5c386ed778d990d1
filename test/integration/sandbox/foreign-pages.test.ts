import { expect } from 'vitest';
import { startPageServer } from '../../../sandbox/dev/page-server.ts';
import type { Sandbox } from '../../../sandbox/index.ts';
import { sendRaw } from '../../support/http/raw-http.ts';
import { test as base } from './sandbox-test.ts';

const CONFIG = { organizations: [{ id: '1001', token: 'a-token-that-buys' }] };

const test = base.extend<{ page: (allowedHosts?: string[]) => Promise<string> }>({
  page: async ({ sandbox }, use) => {
    const files = new Map([['/index.html', '<h1>Top-up</h1>']]);
    const stops: (() => Promise<void>)[] = [];
    await use(async (allowedHosts = []) => {
      const graphUrl = `${sandbox.hubCore.url}/graphql`;
      const server = await startPageServer({ port: 0, files, graphUrl, config: CONFIG, allowedHosts });
      stops.push(server.stop);
      return server.url;
    });
    for (const stop of stops) await stop();
  },
});

const request = (target: string, headers: readonly string[], method = 'GET') =>
  `${method} ${target} HTTP/1.1\r\n${[...headers, 'content-length: 0', 'connection: close'].join('\r\n')}\r\n\r\n`;

async function get(url: string, target: string, headers: readonly string[], method?: string) {
  const [answer] = await sendRaw(url, request(target, headers, method));
  return { status: answer?.status ?? 0, body: answer?.body ?? '' };
}

/** A path of each HTTP server that answers 200 to a browser of this machine. */
const doors = (sandbox: Sandbox): [string, string][] => [
  [sandbox.auth.url, '/'],
  [sandbox.auth.url, '/.well-known/jwks.json'],
  [sandbox.mail.url, '/api/messages'],
  [sandbox.mekariPay.url, '/'],
  [sandbox.mekariPay.url, '/_sandbox/invoices'],
  [sandbox.hubCore.url, '/_sandbox/requests'],
  [sandbox.mekariBilling.url, '/_sandbox/faults'],
  [sandbox.moderator.url, '/_sandbox/bookings'],
];

const FOREIGN = [
  'evil.example',
  'evil.example:4106',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '127.0.0.1@evil.example',
  'evil.example#127.0.0.1',
  '192.168.0.7:4106',
  '0.0.0.0',
  '[::]',
];

for (const host of FOREIGN) {
  test(`every development server refuses the Host ${host}`, async ({ sandbox, page }) => {
    for (const [url, path] of [...doors(sandbox), [await page(), '/example/config.json'] as const]) {
      const answer = await get(url, path, [`host: ${host}`]);
      expect({ url, status: answer.status }).toEqual({ url, status: 421 });
      expect(answer.body).toContain('host_not_allowed');
      expect(answer.body).not.toContain('token-that-buys');
    }
  });
}

for (const host of ['localhost', 'LOCALHOST:4106', '127.0.0.1:9', '127.1.2.3', '[::1]:4106']) {
  test(`every development server answers to the Host ${host}`, async ({ sandbox, page }) => {
    for (const [url, path] of [...doors(sandbox), [await page(), '/example/config.json'] as const]) {
      expect({ url, path, ...(await get(url, path, [`host: ${host}`])) }).toMatchObject({ url, status: 200 });
    }
  });
}

test('a configured name passes, and no other', async ({ start, page }) => {
  const sandbox = await start({ allowedHosts: ['Dev.example.test'] });
  for (const [url, path] of [
    [sandbox.auth.url, '/'],
    [await page(['dev.example.test']), '/'],
  ] as const) {
    expect((await get(url, path, ['host: dev.example.test:8443'])).status).toBe(200);
    expect((await get(url, path, ['host: other.example.test'])).status).toBe(421);
  }
});

test('a page of another site presses no button, and gets no token', async ({ sandbox, page }) => {
  const posts: [string, string][] = [
    [sandbox.auth.url, '/token'],
    [sandbox.auth.url, '/_sandbox/rotate'],
    [sandbox.mekariPay.url, '/_sandbox/invoices/TOP-1/pay'],
    [await page(), '/graphql'],
  ];
  for (const [url, path] of posts) {
    for (const origin of ['https://evil.example', 'null']) {
      const answer = await get(url, path, ['host: localhost', `origin: ${origin}`], 'POST');
      expect({ url, path, status: answer.status }).toEqual({ url, path, status: 403 });
    }
  }
  const own = await get(sandbox.auth.url, '/token', ['host: localhost', `origin: ${sandbox.auth.url}`], 'POST');
  expect(own.status).toBe(200);
});

/** Targets that a URL parser throws for, or reads as another host or directory. */
const ODD_TARGETS = [
  '//',
  '//evil.example/',
  '///',
  'http://[',
  'http://[/',
  '/%',
  '/%00',
  '/..',
  '/../../etc/passwd',
  '*',
  '/?',
];

test('the entrance of the page puts nothing of its address into a script but words and numbers', async ({ page }) => {
  const target = "/as?role=x';alert(1)//&organization=1';alert(1)//&orderId=';alert(1)//";
  const { status, body } = await get(await page(), encodeURI(target).replaceAll("'", '%27'), ['host: localhost']);
  expect(status).toBe(200);
  expect(body).not.toContain('alert');
});

test('an odd request target ends no development server', async ({ sandbox, page }) => {
  const pageUrl = await page();
  for (const [url, path] of [...doors(sandbox), [pageUrl, '/'] as const]) {
    for (const target of ODD_TARGETS) {
      const { status, body } = await get(url, target, ['host: localhost']);
      expect({ url, target, known: [200, 400, 401, 404].includes(status) }).toMatchObject({ target, known: true });
      expect(body).not.toContain('root:');
    }
    expect((await get(url, path, ['host: localhost'])).status).toBe(200);
  }
  expect((await get(pageUrl, '//', ['host: localhost'])).status).toBe(404);
});

test('a graph that is down is a 502, and the page stays up', async ({ sandbox, page }) => {
  const url = await page();
  await sandbox.hubCore.refuse();
  expect((await get(url, '/graphql', ['host: localhost'], 'POST')).status).toBe(502);
  expect((await get(url, '/', ['host: localhost'])).status).toBe(200);
});
