import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildExample } from '../../../sandbox/dev/build-example.ts';
import { freePort } from '../../../sandbox/dev/free-port.ts';
import { startPageServer } from '../../../sandbox/dev/page-server.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { root } from '../../support/processes/built.ts';

const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const hasChromium = existsSync(chromiumPath);

let app: TestApp;
let page: Page;
let browser: Browser;
let pages: Awaited<ReturnType<typeof startPageServer>>;
const pageErrors: string[] = [];

beforeAll(async () => {
  if (!hasChromium) return;
  const port = await freePort();
  app = await startApp({ env: { CHECKOUT_RETURN_URL: `http://127.0.0.1:${port}/` } });
  const admin = await app.client({ organization_id: '1004' });
  pages = await startPageServer({
    port,
    directory: await buildExample(root),
    graphUrl: `${app.url}/graphql`,
    config: {
      organizations: [{ id: '1004', name: 'PT Bank Perkreditan Bahari', token: admin.token }],
      mailboxUrl: app.sandbox.mail.url,
    },
  });
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync'];
  browser = await chromium.launch({ executablePath: chromiumPath, args });
  page = await browser.newPage();
  page.on('pageerror', (error) => pageErrors.push(error.message));
  await page.goto(pages.url);
});

afterAll(async () => {
  if (!hasChromium) return;
  await browser.close();
  await pages.stop();
  await app.close();
});

test.skipIf(!hasChromium)(
  'a buyer in a browser (needs chromium) corrects a mistake, settles excess, and pays the order',
  async () => {
    const ai = page.locator('[data-code="chatbot_ai_extra"]');
    await ai.getByRole('button', { name: /Tambah/ }).click();
    const whatsapp = page.locator('[data-code="wa_balance"]');
    await whatsapp.getByLabel('Nominal').fill('1000000');
    await page.getByRole('button', { name: 'Tinjau pesanan' }).click();

    // MCC: this organization's minimum is Rp2.500.000, and the refusal offers it.
    await page.getByText('Jumlahnya di bawah minimum.').waitFor();
    await page.getByRole('button', { name: /^Pakai/ }).click();
    await page.getByRole('button', { name: 'Tinjau pesanan' }).click();

    // 2.500.000 and a pack of 450.000, with excess of 250.000 and 40 × 500 before them.
    await page.getByRole('button', { name: 'Konfirmasi Rp3.220.000' }).click();
    await page.getByRole('link', { name: 'Bayar di Mekari Pay' }).click();
    await page.getByRole('button', { name: /^Bayar \/ Pay$/ }).click();
    await page.locator('#return').click();
    await page.locator('[data-order-status="COMPLETED"]').waitFor();
    expect(await page.locator('body').innerText()).toMatch(/PI\/\d{4}\/\d{2}\/\d{5}/);

    const admin = await app.client({ organization_id: '1004' });
    const { topupOptions } = await admin.query('{ topupOptions { code balance { balance } excessUsage { period } } }');
    const bought = topupOptions.filter(({ code }: { code: string }) =>
      ['wa_balance', 'chatbot_ai_extra'].includes(code),
    );
    expect(bought).toEqual([
      { code: 'wa_balance', balance: { balance: '2500000' }, excessUsage: null },
      { code: 'chatbot_ai_extra', balance: { balance: '1000' }, excessUsage: null },
    ]);
    expect(pageErrors).toEqual([]);
  },
);
