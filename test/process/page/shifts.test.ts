import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import { button, buyer, clientOf, ends, state } from './hands.ts';
import { figure } from './inspect.ts';
import { ITEMS } from './scenes.ts';
import { hasChromium, type Stage, startStage, type View } from './stage.ts';

// Twelve orders go their way, beside everything else that a run does.
vi.setConfig({ testTimeout: 120_000 });

let stage: Stage;
let largest = 0;

beforeAll(async () => {
  if (hasChromium) stage = await startStage();
});

afterAll(async () => {
  if (!hasChromium) return;
  figure(
    'status changes',
    `layout shift of each change of the pay screen, at 1280, 390 and 320 pixels: ${largest.toFixed(3)} at most, of 0.05`,
  );
  await stage.close();
});

/** Waits for the status, and checks that the change moved little of what was on the screen. */
async function reaches(view: View, status: string): Promise<void> {
  const before = await view.layoutShift();
  await state(view.page, status).waitFor();
  await view.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  const shift = (await view.layoutShift()) - before;
  largest = Math.max(largest, shift);
  expect({ status, isSmall: shift < 0.05, shift }).toMatchObject({ isSmall: true });
}

const WIDTHS = [
  ['a desk', 'en-GB', { width: 1280, height: 860 }],
  ['a phone', 'en-GB', { width: 390, height: 844 }],
  ['a small phone in Indonesian', 'id-ID', { width: 320, height: 640 }],
] as const;

describe.skipIf(!hasChromium)('a change of the status (needs chromium)', () => {
  test.each(WIDTHS)('moves little on %s', async (_, locale, viewport) => {
    const { mekariPay } = stage.app.sandbox;
    const entry = await buyer(stage);
    const client = clientOf(stage, entry);
    const pending = async () => confirmOrder(client, await createOrder(client, entry.id, ITEMS));
    const show = async ({ id }: { id: string }) => {
      await view.page.goto(`${stage.url}/?orderId=${id}`);
      await state(view.page, 'PENDING_PAYMENT').waitFor();
      await view.page.locator('.payment a.button').waitFor();
    };
    const inParts = await pending();
    const view = await stage.open([entry], '/', { viewport, locale });
    await show(inParts);
    await mekariPay.payPart(inParts.number, { amount: 200_000 });
    await reaches(view, 'PAYMENT_REVIEW');
    await mekariPay.payPart(inParts.number, { amount: 100_000 });
    await view.page.locator('.timeline', { hasText: /A payment came in|Pembayaran masuk/ }).waitFor();
    await mekariPay.payRest(inParts.number);
    await reaches(view, 'COMPLETED');
    const atOnce = await pending();
    await show(atOnce);
    await mekariPay.pay(atOnce.number);
    await reaches(view, 'COMPLETED');
    const expiring = await pending();
    await show(expiring);
    await mekariPay.expire(expiring.number);
    await reaches(view, 'EXPIRED');
    await show(await pending());
    await button(view.page, /^(Cancel order|Batalkan pesanan)$/).click();
    await button(view.page, /^(Yes, cancel it|Ya, batalkan)$/).click();
    await reaches(view, 'CANCELLED');
    await ends(view);
  });
});
