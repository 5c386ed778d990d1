import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import { button, buyer, clientOf, ends, state } from './hands.ts';
import { figure } from './inspect.ts';
import { hasChromium, type Stage, startStage, type View } from './stage.ts';

// Six orders go their way, beside everything else that a run does.
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
    `layout shift of each change of the pay screen, at 1280 and at 390 pixels: ${largest.toFixed(3)} at most, of 0.05`,
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
  ['a desk', { width: 1280, height: 860 }],
  ['a phone', { width: 390, height: 844 }],
] as const;

describe.skipIf(!hasChromium)('a change of the status (needs chromium)', () => {
  test.each(WIDTHS)('moves little on %s', async (_, viewport) => {
    const { mekariPay } = stage.app.sandbox;
    const entry = await buyer(stage);
    const client = clientOf(stage, entry);
    const pending = async () => confirmOrder(client, await createOrder(client, entry.id, { agent_extra: '4' }));
    const order = await pending();
    const view = await stage.open([entry], `/?orderId=${order.id}`, { viewport });
    await state(view.page, 'PENDING_PAYMENT').waitFor();
    await mekariPay.payPart(order.number, { amount: 200_000 });
    await reaches(view, 'PAYMENT_REVIEW');
    await mekariPay.payRest(order.number);
    await reaches(view, 'COMPLETED');
    const expiring = await pending();
    await view.page.goto(`${stage.url}/?orderId=${expiring.id}`);
    await state(view.page, 'PENDING_PAYMENT').waitFor();
    await mekariPay.expire(expiring.number);
    await reaches(view, 'EXPIRED');
    const unwanted = await pending();
    await view.page.goto(`${stage.url}/?orderId=${unwanted.id}`);
    await button(view.page, 'Cancel order').click();
    await button(view.page, 'Yes, cancel it').click();
    await reaches(view, 'CANCELLED');
    await ends(view);
  });
});
