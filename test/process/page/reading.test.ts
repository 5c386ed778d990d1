import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jakartaDate } from '../../../src/kernel/jakarta.ts';
import { confirmOrder, createOrder, until } from '../../support/app/purchase.ts';
import { button, buyer, clientOf, ends, field } from './hands.ts';
import { figure } from './inspect.ts';
import { hasChromium, type Stage, startStage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  if (hasChromium) stage = await startStage();
});

afterAll(async () => {
  if (hasChromium) await stage.close();
});

describe.skipIf(!hasChromium)('the page to a reader (needs chromium)', () => {
  test('counts excess once, though a pending order carries it, and warns of buying twice and of an end that is near', async () => {
    const end_date = jakartaDate(new Date(Date.now() + 3 * 86_400_000));
    const contract = { start_date: '2026-01-01', end_date };
    const entry = await buyer(stage, {
      contract,
      excess: [{ key: 'wa_balance_excess', period: '2026-10', quantity: 250_000 }],
    });
    const client = clientOf(stage, entry);
    const { number } = await confirmOrder(client, await createOrder(client, entry.id, { wa_balance: '1000000' }));
    const view = await stage.open([entry], '/');
    const { page } = view;
    await field(page, 'WhatsApp balance').fill('1000000');
    const warning = `Order ${number} for this quota awaits payment. If you order again, you buy it twice.`;
    expect(await page.getByRole('article', { name: 'WhatsApp balance' }).innerText()).toContain(warning);
    // The day may change between the two.
    const nearEnd = /Ends in [23] days\. Unused quota is lost\./;
    expect(await page.getByRole('article', { name: 'Users' }).innerText()).toMatch(nearEnd);
    const summary = page.getByRole('form', { name: 'Summary' });
    expect(await summary.innerText()).not.toContain('excess');
    expect(await summary.getByRole('status').innerText()).toBe('Rp1.000.000');
    expect(await page.locator('.outstanding').innerText()).toContain('Includes Rp250.000 in orders that await payment');
    await ends(view);
  });

  test('names what cannot be had, and claims no sum that is a part', async () => {
    const { mekariBilling } = stage.app.sandbox;
    const entry = await buyer(stage, {
      excess: [
        { key: 'wa_balance_excess', period: '2026-10', quantity: 250_000 },
        { key: 'muv_excess', period: '2026-10', quantity: 7 },
      ],
    });
    mekariBilling.faults.set([{ kind: 'status', status: 503 }]);
    await until(
      () => clientOf(stage, entry).query('{ topupOrganization { unavailableTopupOptions { code } } }'),
      ({ topupOrganization }) => topupOrganization.unavailableTopupOptions.length > 2,
    );
    const view = await stage.open([entry], '/');
    const { page } = view;
    const missing = page.getByRole('article', { name: 'Users' });
    await missing.getByText('Its price cannot be read from Mekari Billing right now.').waitFor();
    const shown = await page.locator('main').innerText();
    expect(shown).not.toContain('nothing to top up');
    expect(shown).toContain('At least Rp250.000');
    expect(shown).toContain('Voice balance\nRp0');
    expect(await missing.getByRole('button', { name: 'Try again' }).isVisible()).toBe(true);
    mekariBilling.faults.clear();
    // By itself: nobody has to press "Try again".
    await field(page, 'Users').waitFor();
    await ends(view);
  });

  test('shows a way out where the script of a view does not come', async () => {
    const view = await stage.open([await buyer(stage)], '/');
    const { page } = view;
    await page.context().route('**/assets/order-history-*.js', (route) => route.abort());
    await page.getByRole('link', { name: 'Orders', exact: true }).click();
    await page.getByRole('alert').getByText('There is no connection.').waitFor();
    await page.context().unroute('**/assets/order-history-*.js');
    await button(page, 'Try again').click();
    await page.getByText('No orders yet.').waitFor();
    await view.close();
  });

  test('offers a viewer nothing that would be refused', async () => {
    const entry = await buyer(stage);
    const client = clientOf(stage, entry);
    const draft = await createOrder(client, entry.id, { agent_extra: '1' });
    const order = await confirmOrder(client, await createOrder(client, entry.id, { agent_extra: '4' }));
    const viewer = await stage.entry(entry.id, entry.name, 'topup:read');
    for (const path of ['/', `/?orderId=${draft.id}`, `/?orderId=${order.id}`]) {
      const view = await stage.open([viewer], path);
      await view.page
        .getByText('but you cannot')
        .or(view.page.getByRole('link', { name: 'Pay now' }))
        .waitFor();
      const names = await view.page.locator('main').getByRole('button').allInnerTexts();
      expect(names.filter((name) => name !== 'Copy link')).toEqual([]);
      await ends(view);
    }
  });

  test('says how old its data is once they are older than a minute', async () => {
    const view = await stage.open([await buyer(stage)], '/');
    const { page } = view;
    await button(page, 'Review order').waitFor();
    await page.clock.install();
    await page.route('**/graphql', () => undefined);
    await page.clock.fastForward('01:01');
    await page.getByText(/^Data as of \d\d:\d\d WIB/).waitFor();
    await ends(view);
  });

  test('moves nothing for a reader who asked for less motion', async () => {
    const view = await stage.open([await buyer(stage)], '/', { reducedMotion: 'reduce' });
    const { page } = view;
    const moving = () => page.evaluate(() => document.getAnimations().length);
    await field(page, 'Users').fill('2');
    expect(await moving()).toBe(0);
    await button(page, 'Review order').click();
    await button(page, 'Confirm order').click();
    await page.getByRole('dialog').waitFor();
    expect(await moving()).toBe(0);
    await page.keyboard.press('Escape');
    await page.route('**/graphql', () => undefined);
    await page.reload();
    await page.locator('.skeleton').waitFor();
    expect(await moving()).toBe(0);
    await ends(view);
  });

  test('loads less than 100 KB of script first, and moves nothing while it loads slowly', async () => {
    const view = await stage.open([await buyer(stage)], '/?view=orders');
    const { page, layoutShift } = view;
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.clearBrowserCache');
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 150,
      downloadThroughput: 200_000,
      uploadThroughput: 90_000,
    });
    await page.goto(stage.url);
    await page.locator('.skeleton').waitFor();
    await button(page, 'Review order').waitFor();
    const scripts = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .filter((name) => name.endsWith('.js')),
    );
    expect(scripts.length).toBeGreaterThan(2);
    const sizes = [...new Set(scripts)].map(async (url) => gzipSync(await (await fetch(url)).bytes()).length);
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    const usable = await page.evaluate(() => performance.now());
    figure(
      'first load',
      `${(bytes / 1000).toFixed(1)} KB of gzipped script; usable after ${(usable / 1000).toFixed(1)} s at 1.6 Mbit/s and 150 ms latency; layout shift ${(await layoutShift()).toFixed(3)}`,
    );
    console.info(`first load: ${bytes} bytes of gzipped script, usable after ${Math.round(usable)} ms at 1.6 Mbit/s`);
    expect(bytes).toBeLessThan(100_000);
    expect(await layoutShift()).toBeLessThan(0.05);
    await ends(view);
  });
});
