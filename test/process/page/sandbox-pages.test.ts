import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TestApp } from '../../support/app/app.ts';
import { startAppWithStates } from '../../support/app/app-with-states.ts';
import { expectFinished } from './finished.ts';
import { hasChromium, launch } from './stage.ts';

// Axe checks each picture four times, beside everything else that a run does.
vi.setConfig({ testTimeout: 120_000 });

let app: TestApp;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!hasChromium) return;
  app = await startAppWithStates();
  browser = await launch();
  page = await browser.newPage();
});

afterAll(async () => {
  if (!hasChromium) return;
  await browser.close();
  await app.close();
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const status = () => page.locator('#status').innerText();

describe.skipIf(!hasChromium)("the sandbox's pages in a browser (needs chromium)", () => {
  test('Mekari Pay: an attempt fails, half comes by virtual account and the rest by QRIS, by keyboard alone', async () => {
    const { paymentUrl, orderNumber } = await app.sandbox.states.reach({
      state: 'PENDING_PAYMENT',
      organization: '1001',
    });
    await page.goto(paymentUrl ?? '');
    await expectFinished(page, 'pay.pending');
    await button('Gagalkan / Fail').press('Enter');
    await page.getByRole('status').getByText('Payment failed').waitFor();
    expect(await status()).toBe('Menunggu pembayaran / Awaiting payment');

    await page.getByRole('radio', { name: /^BNI/ }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('radio', { name: /^BCA/ }).isChecked()).toBe(true);
    await page.getByRole('spinbutton', { name: /^Sebagian/ }).fill('400000');
    // Enter pays the part, and not the whole.
    await page.keyboard.press('Enter');
    await page.getByText('Dibayar sebagian / Partially paid').waitFor();
    expect(await page.locator('.total').innerText()).toBe('Rp600.000');
    await expectFinished(page, 'pay.part');

    await page.getByRole('radio', { name: /^QRIS/ }).check();
    await page.locator('.qr svg').waitFor();
    await button('Bayar / Pay').press('Enter');
    await page.getByText('Payment complete').waitFor();
    expect(await page.locator('#payments').innerText()).toMatch(
      /BNI Virtual Account\s+Rp400\.000[\s\S]*QRIS\s+Rp600\.000/,
    );
    expect(await page.getByRole('link', { name: /Back to the shop/ }).getAttribute('href')).toContain('orderId=');
    await expectFinished(page, 'pay.paid');
    await app.sandbox.moderator.waitForBooking(orderNumber ?? '');
  });

  test('Mekari Pay: what is over cannot be paid, except late', async () => {
    const { orderNumber } = await app.sandbox.states.reach({ state: 'EXPIRED', organization: '1001' });
    await page.goto(app.sandbox.mekariPay.invoice(orderNumber ?? '')?.payment_url ?? '');
    expect(await button('Bayar / Pay').count()).toBe(0);
    await expectFinished(page, 'pay.expired');
    await button('Bayar terlambat / Pay late').click();
    await page.getByText('Payment complete').waitFor();
    await page.goto(app.sandbox.mekariPay.url);
    await expectFinished(page, 'pay.provider');
  });

  test('the mailbox follows what arrives, and shows a mail wide, on a phone and as text', async () => {
    app.sandbox.mail.clear();
    await page.goto(app.sandbox.mail.url);
    await page.getByText('No mail yet').waitFor();
    const { orderNumber, token } = await app.sandbox.states.reach({ state: 'PENDING_PAYMENT', organization: '1004' });
    expect(token).not.toBe('');
    const indonesian = page.getByRole('link', { name: `Pesanan ${orderNumber} menunggu pembayaran` });
    await indonesian.waitFor();
    await page.getByRole('link', { name: `Order ${orderNumber} is awaiting payment` }).waitFor();
    await expectFinished(page, 'mailbox');
    await indonesian.click();
    const mail = page.frameLocator('iframe');
    const pay = mail.getByRole('link', { name: 'Bayar sekarang' });
    expect(await pay.getAttribute('href')).toBe(app.sandbox.mekariPay.invoices().at(-1)?.payment_url);
    expect(await mail.getByRole('link', { name: 'Lihat pesanan' }).getAttribute('href')).toContain('orderId=');
    // One language in one text: the labels of the lines too.
    const text = await mail.locator('body').innerText();
    expect(text).toContain('Saldo WhatsApp');
    expect(text).not.toMatch(/\b(balance|order|payment|quantity|total of|dear)\b/i);
    await page.getByRole('link', { name: '320 px' }).click();
    const width = () => mail.locator('html').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    expect(await width()).toBe(0);
    await expectFinished(page, 'mail');
    await page.getByRole('link', { name: 'Teks / Text' }).click();
    await page.locator('pre').getByText('Lihat pesanan').waitFor();
  });
});
