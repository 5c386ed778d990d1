import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Supergraph, startSupergraph } from '../../../sandbox/supergraph/supergraph.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { root } from '../../support/processes/built.ts';

const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const hasChromium = existsSync(chromiumPath);

let app: TestApp;
let gateway: Supergraph;
let browser: Browser;
let page: Page;
const asked: string[] = [];

beforeAll(async () => {
  if (!hasChromium) return;
  app = await startApp();
  const { token } = await app.client({ organization_id: '1001' });
  const { hubCore } = app.sandbox;
  gateway = await startSupergraph({ port: 0, root, graphUrl: `${app.url}/graphql`, hubCore, token: async () => token });
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync'];
  browser = await chromium.launch({ executablePath: chromiumPath, args });
  page = await browser.newPage();
  page.on('request', (request) => asked.push(request.url()));
});

afterAll(async () => {
  if (!hasChromium) return;
  await browser.close();
  await gateway.stop();
  await app.close();
});

test.skipIf(!hasChromium)(
  'GraphiQL in a browser (needs chromium) has a token, runs its first query, and asks no other host',
  async () => {
    await page.goto(gateway.url);
    await page.getByRole('button', { name: 'Execute query' }).click();
    await page.getByText('PT Maju Jaya Sentosa').waitFor();
    const remote = asked.filter((url) => /^(https?|wss?):/.test(url) && !url.startsWith(new URL(gateway.url).origin));
    expect(remote).toEqual([]);
  },
);
