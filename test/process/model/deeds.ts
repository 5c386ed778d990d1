import { type Deed, never } from './acts.ts';
import * as operator from './operator.ts';
import type { Act, Confirm, Order, TakeBack, World } from './order-model.ts';
import * as model from './order-model.ts';
import * as real from './shop.ts';

export const confirmed = (how: Confirm): Deed => ({
  name: `confirm ${how}`,
  expected: (world, order) => model.confirm(world, order, how),
  act: (_, shop, app, index) => real.confirm(shop, app, index, how),
});

export const cancelled: Deed = {
  name: 'cancel',
  expected: model.cancel,
  act: (_, shop, app, index) => real.cancel(shop, app, index),
};

export const checked: Deed = {
  name: 'check',
  expected: model.check,
  act: (_, shop, app, index) => real.check(shop, app, index),
};

const deliveryOf = (world: World, event: number, order: Order): Act => ({
  states: model.receive(world, order, event),
  refusals: [],
});

/** Sends the webhook of an event, for the first time or again; several at once count as one. */
export const webhookDelivery = (event: (order: Order) => number, times = 1): Deed => ({
  name: `the webhook comes, ${times} at once`,
  suits: ({ events }) => events.length > 0,
  expected: (world, order) => deliveryOf(world, event(order), order),
  act: (world, shop, app, index) => real.tell(shop, app, index, event(world.orders[index] ?? never()), times),
});

const newest = ({ events }: Order) => events.length - 1;
const lost: Pick<Deed, 'expected' | 'act'> = {
  expected: () => ({ states: [], refusals: [] }),
  act: async () => [],
};

export type Payment = 'right' | 'a rupiah less' | 'a rupiah more' | 'in dollars';

export function paid(payment: Payment, webhook: boolean): Deed {
  return {
    ...(webhook ? webhookDelivery(newest) : lost),
    name: `pay ${payment}${webhook ? '' : ', the webhook is lost'}`,
    suits: ({ invoice }) => invoice !== 'none',
    async before(world, shop, index) {
      const order = world.orders[index] ?? never();
      const total = model.totalOf(order);
      const amount = payment === 'a rupiah less' ? total - 1 : payment === 'a rupiah more' ? total + 1 : total;
      const currency = payment === 'in dollars' ? 'USD' : 'IDR';
      await real.pay(shop, index, { amount, currency });
      world.orders[index] = model.happens(world, order, { type: 'paid', amount, currency });
    },
  };
}

export const providerEvent = (what: 'expire' | 'fail', webhook: boolean): Deed => ({
  ...(webhook ? webhookDelivery(newest) : lost),
  name: `the provider says ${what}${webhook ? '' : ', the webhook is lost'}`,
  suits: ({ invoice }) => invoice !== 'none',
  async before(world, shop, index) {
    await real.providerSays(shop, index, what);
    const type = what === 'expire' ? 'expired' : 'failed';
    world.orders[index] = model.happens(world, world.orders[index] ?? never(), { type, amount: 0, currency: 'IDR' });
  },
});

/** An order that was never confirmed has no invoice, but a payment of it arrives. */
export const paidWithoutInvoice: Deed = {
  ...webhookDelivery(newest),
  name: 'a payment of an order that was never confirmed',
  suits: (order) => !order.confirmed,
  async before(world, shop, index) {
    real.inventPayment(shop, index);
    const order = world.orders[index] ?? never();
    const payment = { type: 'paid', amount: model.totalOf(order), currency: 'IDR' } as const;
    world.orders[index] = model.happens(world, order, payment);
  },
};

export const approved: Deed = {
  name: 'an operator approves',
  expected: (_, order) => model.approve(order),
  act: (_, shop, app, index) => operator.approve(shop, app, index),
};

/** Only a booked order can be refunded, so this waits for a booking in flight. */
export const refunded = (takeBack: TakeBack): Deed => ({
  name: `an operator refunds and takes back ${takeBack}`,
  async before(world, shop, index) {
    if (model.statusOf(world.orders[index] ?? never()) === 'PAID') await operator.untilBooked(shop, index);
  },
  expected: (world, order) => model.refund(world, order, model.takeBackOf(order, takeBack)),
  act: (world, shop, app, index) =>
    operator.refund(shop, app, index, model.takeBackOf(world.orders[index] ?? never(), takeBack)),
});
