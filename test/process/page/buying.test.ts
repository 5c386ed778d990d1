import type { Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import { button, buyer, clientOf, confirm, ends, field, focused, SOON, state, tabTo } from './hands.ts';
import { hasChromium, type Stage, startStage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  if (hasChromium) stage = await startStage();
});

afterAll(async () => {
  if (hasChromium) await stage.close();
});

/** Makes the order newer, as a mail on its timeline does. */
const touch = (number: string) =>
  stage.app.db.query('update topup_orders set changed_at = changed_at where number = $1', [number]);

describe.skipIf(!hasChromium)('a purchase under a buyer’s hands (needs chromium)', () => {
  test('buys by the keyboard alone, and never leaves the focus behind', async () => {
    const view = await stage.open([await buyer(stage)], '/');
    const { page } = view;
    await tabTo(page, 'textbox', 'Users');
    await page.keyboard.type('3');
    await tabTo(page, 'button', 'Review order');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Review order' }).waitFor();
    await expect.poll(() => focused(page), SOON).toBe('Review order');
    await tabTo(page, 'button', 'Cancel order');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('Keep it');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('Cancel order');
    await tabTo(page, 'button', 'Confirm order', 'Shift+Tab');
    await page.keyboard.press('Enter');
    const pay = page.getByRole('dialog').getByRole('button', { name: 'Pay Rp375.000' });
    await pay.waitFor();
    // The focus stays inside: Close, Pay, the browser's own bar, and Close again.
    for (let presses = 0; presses < 4; presses++) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.closest('dialog, body')?.tagName)).toMatch(
        /DIALOG|BODY/,
      );
    }
    await pay.focus();
    await page.keyboard.press('Enter');
    await state(page, 'PENDING_PAYMENT').waitFor();
    await expect.poll(() => focused(page), SOON).toMatch(/^Order TU-/);
    await tabTo(page, 'button', 'Cancel order');
    await page.keyboard.press('Enter');
    await tabTo(page, 'button', 'Yes, cancel it');
    // The order changes meanwhile; the answer that the page waits for leaves the focus where it is.
    const number = (await page.getByRole('heading', { level: 1 }).innerText()).slice('Order '.length);
    const [answer] = await Promise.all([page.waitForResponse('**/graphql'), touch(number)]);
    await answer.finished();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    expect(await focused(page)).toBe('Yes, cancel it');
    await page.keyboard.press('Enter');
    await state(page, 'CANCELLED').waitFor();
    await expect.poll(() => focused(page), SOON).toMatch(/^Order TU-/);
    await ends(view);
  });

  test('checks while one types by the service’s rule, and names what is missing of an empty order', async () => {
    await stage.app.changeCatalogue(
      `update topup_configurations set option_value = '{"input":"QUANTITY","minimum":10,"maximum":100,"step":10}' where code = 'agent_extra'`,
    );
    const view = await stage.open([await buyer(stage)], '/');
    const { page } = view;
    await button(page, 'Review order').click();
    expect(await page.getByRole('alert').innerText()).toBe(
      'One thing needs a change\nFill in a quantity on at least one option.',
    );
    const card = page.getByRole('article', { name: 'Users' });
    for (const [typed, words, suggestion] of [
      ['3', 'The minimum is 10.', 'Use 10'],
      ['24', 'The quantity must be a multiple of 10. The nearest is 20.', 'Use 20'],
      ['170', 'The maximum is 100.', 'Use 100'],
    ] as const) {
      await field(page, 'Users').fill(typed);
      await card.getByText(words).waitFor();
      await card.getByRole('button', { name: suggestion }).click();
      await expect.poll(() => field(page, 'Users').inputValue(), SOON).toBe(suggestion.slice(4));
      expect(await card.getByText(words).count()).toBe(0);
    }
    expect(await card.innerText()).toContain('0 → 100');
    await ends(view);
    await stage.app.changeCatalogue(
      `update topup_configurations set option_value = '{"input":"QUANTITY","minimum":1,"step":1}' where code = 'agent_extra'`,
    );
  });

  test('shows two tabs the same order and the same basket', async () => {
    const entry = await buyer(stage);
    const first = await stage.open([entry], '/');
    await field(first.page, 'Users').fill('2');
    const second = await first.page.context().newPage();
    await second.goto(stage.url);
    await field(second, 'Users').waitFor();
    await expect.poll(() => field(second, 'Users').inputValue(), SOON).toBe('2');
    await button(first.page, 'Review order').click();
    await button(second, 'Review order').click();
    await second.getByRole('heading', { name: 'Review order' }).waitFor();
    expect(new URL(second.url()).search).toBe(new URL(first.page.url()).search);
    await confirm(first.page);
    await state(first.page, 'PENDING_PAYMENT').waitFor();
    // The other tab follows without a reload, and its basket is empty.
    await state(second, 'PENDING_PAYMENT').waitFor();
    await second.getByRole('link', { name: 'Top up' }).click();
    await field(second, 'Users').waitFor();
    await expect.poll(() => field(second, 'Users').inputValue(), SOON).toBe('');
    // A third of the same quota would be bought twice: the page says so, and leads to the order.
    await second.getByRole('link', { name: /awaits payment/ }).click();
    await state(second, 'PENDING_PAYMENT').waitFor();
    await ends(first);
  });

  test('keeps a confirm whose answer was lost, and places one order', async () => {
    const entry = await buyer(stage);
    const view = await stage.open([entry], '/');
    const { page } = view;
    await field(page, 'Users').fill('2');
    await button(page, 'Review order').click();
    await button(page, 'Confirm order').waitFor();
    await page.context().setOffline(true);
    await confirm(page);
    await page.getByText('There is no connection.').waitFor();
    await page.context().setOffline(false);
    await confirm(page);
    await state(page, 'PENDING_PAYMENT').waitFor();
    await page.getByText('There is no connection.').waitFor({ state: 'detached' });
    const { topupOrders } = await clientOf(stage, entry).query('{ topupOrders { totalCount } }');
    expect(topupOrders.totalCount).toBe(1);
    await ends(view);
  });

  test('follows a part payment and its rest, and says that a failed attempt took nothing', async () => {
    const { mekariPay } = stage.app.sandbox;
    const entry = await buyer(stage);
    const client = clientOf(stage, entry);
    const order = await confirmOrder(client, await createOrder(client, entry.id, { agent_extra: '4' }));
    const view = await stage.open([entry], `/?orderId=${order.id}`);
    const { page } = view;
    await page.getByRole('link', { name: 'Pay now' }).click();
    await page.waitForURL((url) => !url.href.startsWith(stage.url));
    await mekariPay.fail(order.number);
    await page.goBack();
    await page.getByText('If your attempt failed, no money was taken').waitFor();
    await mekariPay.payPart(order.number, { amount: 200_000 });
    await state(page, 'PAYMENT_REVIEW').waitFor();
    expect(await state(page, 'PAYMENT_REVIEW').innerText()).toContain('Missing\nRp300.000');
    await mekariPay.payRest(order.number);
    await state(page, 'COMPLETED').waitFor();
    await page.getByRole('link', { name: 'View receipt' }).click();
    await button(page, 'Print').waitFor();
    expect(await page.locator('main').innerText()).toMatch(/PI\/\d{4}[\s\S]*Total paid\s*Rp500\.000/);
    await ends(view);
  });

  test('learns of a payment from a request that waits, and by reading again where it may not wait', async () => {
    const { mekariPay } = stage.app.sandbox;
    const entry = await buyer(stage);
    const client = clientOf(stage, entry);
    const pending = async () => confirmOrder(client, await createOrder(client, entry.id, { agent_extra: '1' }));
    const [first, second] = [await pending(), await pending()];
    const view = await stage.open([entry], '/');
    const { page } = view;
    const isWait = (request: Request) => request.postDataJSON()?.variables?.waitSeconds > 0;
    let refusals = 0;
    const open = async ({ id }: { id: string }) => {
      await page.goto(`${stage.url}/?orderId=${id}`);
      await state(page, 'PENDING_PAYMENT').waitFor();
    };

    const [waiting] = await Promise.all([page.waitForRequest(isWait), open(first)]);
    await page.route('**/graphql', (route) => (isWait(route.request()) ? route.continue() : route.abort()));
    await mekariPay.pay(first.number);
    await state(page, 'COMPLETED').waitFor();
    expect(waiting.postDataJSON().variables).toMatchObject({ id: first.id, waitSeconds: 25 });

    await page.unroute('**/graphql');
    await page.route('**/graphql', (route) => {
      if (!isWait(route.request())) return route.continue();
      refusals += 1;
      return route.fulfill({ json: { errors: [{ message: 'busy', extensions: { code: 'RATE_LIMITED' } }] } });
    });
    await open(second);
    await mekariPay.pay(second.number);
    await state(page, 'COMPLETED').waitFor();
    expect(refusals).toBeGreaterThan(0);
    expect(await page.locator('.notice').count()).toBe(0);
    await ends(view);
  });
});
