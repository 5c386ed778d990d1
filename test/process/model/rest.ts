import { expect } from 'vitest';
import { doTo, reconcile, timePasses } from './acts.ts';
import { expectInvariants, type StoredOrder, storedOrders } from './compare.ts';
import { webhookDelivery } from './deeds.ts';
import { DAY, MINUTE, type Order, statusOf, totalOf, type World } from './order-model.ts';
import { type Shop, untilAtRest } from './shop.ts';

/**
 * Runs everything that is still pending: the poll, every webhook, the deadline, the jobs. Afterwards every order is in
 * the status of its first known payment, and nothing moves any more.
 */
export async function comeToRest(world: World, shop: Shop): Promise<void> {
  await reconcile(world, shop);
  for (const [index, { events }] of world.orders.entries()) {
    const webhooks = [...events.keys()].map((event) => webhookDelivery(() => event));
    for (const webhook of webhooks) await doTo(world, shop, index, webhook);
  }
  await timePasses(world, shop, DAY + MINUTE);
  await reconcile(world, shop);
  await untilAtRest(shop);
  const stored = await storedOrders(shop);
  for (const [index, order] of world.orders.entries()) expectEnd(shop, index, order, stored[index]);
  await expectInvariants(shop);
  // The poll skips them while other orders are in progress.
  await timePasses(world, shop, DAY);
}

/** An order is credited, and so booked, by its right payment or by an operator, and by nothing else. */
function expectEnd(shop: Shop, index: number, order: Order, stored: StoredOrder | undefined): void {
  const booking = shop.landlord.sandbox.moderator.booking(shop.orders[index]?.number ?? '');
  const isCredited = order.walk.includes('PAID');
  const status = statusOf(order);
  const isFinal = ['EXPIRED', 'CANCELLED', 'REFUNDED', 'PAYMENT_REVIEW'].includes(status);
  expect(stored?.status).toBe(isFinal ? status : 'COMPLETED');
  const isApproved = order.walk.some((step, at) => step === 'PAID' && order.walk[at - 1] === 'PAYMENT_REVIEW');
  if (isCredited && !isApproved) expect(order.paid).toBeGreaterThanOrEqual(totalOf(order));
  expectAllMoneyKnown(order);
  // An order that was refunded before its booking has none.
  if (status !== 'REFUNDED') expect(booking === undefined).toBe(!isCredited);
  if (!isCredited) expect(booking).toBeUndefined();
  expect(stored?.paidInvoiceNumber).toBe(booking?.pi_number ?? null);
  expect(booking?.request.amount ?? totalOf(order)).toBe(totalOf(order));
}

/** Every webhook came: we know of each rupiah that the provider received or gave back. */
function expectAllMoneyKnown({ invoice, paid, refunded, dollars }: Order): void {
  if (invoice === undefined) return;
  const isForeign = invoice.currency === 'USD';
  expect(dollars).toBe(isForeign ? invoice.paid : 0);
  expect(refunded).toBe(isForeign ? 0 : invoice.refunded);
  // The provider may tell of a payment that its invoice does not show.
  expect(paid).toBeGreaterThanOrEqual(isForeign ? 0 : invoice.paid);
}
