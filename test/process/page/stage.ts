import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFailed } from 'vitest';
import { buildExample } from '../../../sandbox/dev/build-example.ts';
import { freePort } from '../../../sandbox/dev/free-port.ts';
import { startPageServer } from '../../../sandbox/dev/page-server.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { root } from '../../support/processes/built.ts';

const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
export const hasChromium = existsSync(chromiumPath);

/** An organization of the page's switcher. */
export interface Entry {
  id: string;
  name: string;
  token: string;
}

export interface View {
  page: Page;
  /** The script errors so far. */
  errors: string[];
  /** The sum of unexpected layout shifts so far, as browsers measure it. */
  layoutShift(): Promise<number>;
  close(): Promise<void>;
}

/** The service, the page's server and one browser. */
export interface Stage {
  app: TestApp;
  url: string;
  /** An admin of the organization, by name, as the page's switcher has them. */
  entry(id: string, name: string, scope?: string): Promise<Entry>;
  /** Opens the page, as one who may choose between these organizations. */
  open(entries: readonly Entry[], path: string, options?: BrowserContextOptions): Promise<View>;
  close(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const port = await freePort();
  // Prices, and failures to read one, are forgotten after a second, so that a change of theirs is on the next page.
  const appPort = await freePort();
  const env = {
    PORT: String(appPort),
    PUBLIC_URL: `http://127.0.0.1:${appPort}`,
    CHECKOUT_RETURN_URL: `http://127.0.0.1:${port}/`,
    PRICE_TTL_SECONDS: '1',
    PRICE_FAILURE_TTL_SECONDS: '1',
  };
  const app = await startApp({ env });
  const config: { organizations: readonly Entry[]; mailboxUrl: string } = {
    organizations: [],
    mailboxUrl: app.sandbox.mail.url,
  };
  const graphUrl = `${app.url}/graphql`;
  const pages = await startPageServer({ port, files: await buildExample(root), graphUrl, config });
  const browser = await launch();
  return {
    app,
    url: pages.url,
    async entry(id, name, scope = 'topup:read topup:write') {
      const claims = { name: 'Siti Rahayu' };
      const token = await app.sandbox.auth.token({ organization_id: id, sub: 'siti', scope, claims, expires_in: 7200 });
      return { id, name, token };
    },
    async open(entries, path, options) {
      config.organizations = entries;
      return show(browser, `${pages.url}${path}`, options);
    },
    async close() {
      await browser.close();
      await pages.stop();
      await app.close();
    },
  };
}

export const launch = () =>
  chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync'],
  });

async function show(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<View> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.addInitScript(() => {
    const shifts = { sum: 0 };
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) shifts.sum += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  onTestFailed(() => printScreen(page));
  await page.goto(url);
  return {
    page,
    errors,
    layoutShift: () => page.evaluate(() => (window as unknown as { shifts: { sum: number } }).shifts.sum),
    close: () => context.close(),
  };
}

/** Prints what a failed test's page shows, which a time-out does not tell. */
async function printScreen(page: Page): Promise<void> {
  if (page.isClosed()) return;
  console.error(`${page.url()} shows:\n${await page.locator('body').innerText({ timeout: 5000 })}`);
}
