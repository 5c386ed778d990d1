import { expect } from 'vitest';
import { doTo, reconcile, timePasses } from './acts.ts';
import { expectInvariants, type StoredOrder, storedOrders } from './compare.ts';
import { told } from './deeds.ts';
import { DAY, MINUTE, type Order, statusOf, totalOf, type World } from './order-model.ts';
import { type Shop, untilAtRest } from './shop.ts';

/**
 * Everything that is still to come, comes: the poll, every webhook, the end of the time to pay, the jobs. Then every order
 * is where its first payment that was known of puts it, and nothing will move by itself any more.
 */
export async function comeToRest(world: World, shop: Shop): Promise<void> {
  await reconcile(world, shop);
  for (const [index, { events }] of world.orders.entries()) {
    const webhooks = [...events.keys()].map((event) => told(() => event));
    for (const webhook of webhooks) await doTo(world, shop, index, webhook);
  }
  await timePasses(world, shop, DAY + MINUTE);
  await reconcile(world, shop);
  await untilAtRest(shop);
  const stored = await storedOrders(shop);
  for (const [index, order] of world.orders.entries()) expectEnd(shop, index, order, stored[index]);
  await expectInvariants(shop);
  // Nobody asks about them any more while others are at it.
  await timePasses(world, shop, DAY);
}

/** Credited, and so booked, is an order by its right payment or by an operator; nothing else is. */
function expectEnd(shop: Shop, index: number, order: Order, stored: StoredOrder | undefined): void {
  const booking = shop.landlord.sandbox.moderator.booking(shop.orders[index]?.number ?? '');
  const payment = order.actedOn === undefined ? undefined : order.events[order.actedOn];
  const isRefunded = statusOf(order) === 'REFUNDED';
  const isApproved = payment?.fits === false && order.walk.includes('PAID');
  const isCredited = payment?.fits === true || isApproved;
  if (payment === undefined) expect(['EXPIRED', 'CANCELLED']).toContain(stored?.status);
  else expect(stored?.status).toBe(isRefunded ? 'REFUNDED' : isCredited ? 'COMPLETED' : 'PAYMENT_REVIEW');
  expect(stored?.paidInvoiceNumber === null).toBe(!isCredited);
  expect(stored?.paidInvoiceNumber).toBe(booking?.pi_number ?? null);
  expect(booking?.request.amount).toBe(isCredited ? totalOf(order) : undefined);
}
