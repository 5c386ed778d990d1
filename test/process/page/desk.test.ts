import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Desk } from '../../../sandbox/desk/desk.ts';
import type { TestApp } from '../../support/app/app.ts';
import { startAppWithStates } from '../../support/app/app-with-states.ts';
import { startDeskOf } from '../../support/app/desk.ts';
import { expectFinished } from './finished.ts';
import { violations } from './inspect.ts';
import { hasChromium, launch } from './stage.ts';

// Axe checks each picture four times, beside everything else that a run does.
vi.setConfig({ testTimeout: 120_000 });

let app: TestApp;
let desk: Desk;
let browser: Browser;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  if (!hasChromium) return;
  app = await startAppWithStates();
  desk = await startDeskOf(app);
  browser = await launch();
  page = await browser.newPage();
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('request', (request) => {
    if (!request.url().startsWith(desk.url) && !request.url().startsWith('data:')) faults.push(request.url());
  });
});

afterAll(async () => {
  if (!hasChromium) return;
  await browser.close();
  await desk.stop();
  await app.close();
});

test.skipIf(!hasChromium)(
  'the desk in a browser (needs chromium) is worked by keyboard alone, and shows what happens',
  async () => {
    await page.goto(desk.url);
    const button = (name: string | RegExp) => page.getByRole('button', { name });
    await page.getByText('Nothing happened yet').waitFor();
    await button(/^Awaits payment/).focus();
    await page.keyboard.press('Enter');
    const toast = page.getByRole('status');
    await toast.getByText('awaits payment').waitFor();
    expect(await toast.getByRole('link', { name: 'Open it' }).getAttribute('href')).toMatch(
      /\/as\?role=buyer&organization=1001&orderId=/,
    );

    // The list is replaced under the focus, which stays on the same button.
    const { external_id: number } = app.sandbox.mekariPay.invoices()[0] ?? { external_id: '' };
    await button(`Pay half ${number}`).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: 'Orders at Mekari Pay' }).getByText('Paid in part').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe(`Pay half ${number}`);
    await page.getByRole('log').getByText('invoice.partially_paid').waitFor();

    await button(/^Accounting away/).press('Space');
    await page.locator('#situation-accounting-away[aria-pressed=true]').waitFor();
    await expectFinished(page, 'desk');

    await page.getByRole('radio', { name: 'Webhooks' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('log').getByText('POST /api/v1/invoices').waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'Organization' }).selectOption('1004');
    await page.waitForURL(/organization=1004/);
    expect(await page.getByRole('link', { name: 'Open the page as support' }).getAttribute('href')).toMatch(
      /role=support&organization=1004/,
    );

    await page.goto(`${desk.url}/read?file=docs/gallery/README.md`);
    await page.getByRole('heading', { name: 'Gallery' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
  },
);
