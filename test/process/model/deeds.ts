import { type Deed, never } from './acts.ts';
import * as money from './money-model.ts';
import * as operator from './operator.ts';
import * as decision from './operator-model.ts';
import type { Act, Confirm, Order, World } from './order-model.ts';
import * as model from './order-model.ts';
import * as provider from './provider-model.ts';
import * as real from './shop.ts';

export const confirmed = (how: Confirm): Deed => ({
  name: `confirm ${how}`,
  expected: (world, order) => model.confirm(world, order, how),
  act: (_, shop, app, index) => real.confirm(shop, app, index, how),
});

export const cancelled: Deed = {
  name: 'cancel',
  expected: money.cancel,
  act: (_, shop, app, index) => real.cancel(shop, app, index),
};

export const checked: Deed = {
  name: 'check',
  expected: money.check,
  act: (_, shop, app, index) => real.check(shop, app, index),
};

const deliveryOf = (world: World, event: number, order: Order): Act => ({
  states: money.receive(world, order, event),
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

/** Something happens at the provider first, for real and in the model; then its webhook comes, or is lost. */
function atProvider(
  name: string,
  webhook: boolean,
  { suits, happen }: { suits(invoice: provider.Invoice): boolean; happen: AtProvider },
): Deed {
  return {
    ...(webhook ? webhookDelivery(newest) : lost),
    name: `${name}${webhook ? '' : ', the webhook is lost'}`,
    suits: ({ invoice }) => invoice !== undefined && suits(invoice),
    async before(world, shop, index) {
      const order = world.orders[index] ?? never();
      const invoice = model.invoiceOf(world, order) ?? never();
      world.orders[index] = money.happens(order, await happen(shop, index, invoice));
    },
  };
}

type AtProvider = (shop: real.Shop, index: number, invoice: provider.Invoice) => Promise<provider.Happening>;

export type Payment = 'right' | 'a rupiah less' | 'a rupiah more' | 'in dollars';

/** A payment that the provider accepts as final, whatever its sum. */
export function paid(payment: Payment, webhook: boolean): Deed {
  const currency = payment === 'in dollars' ? 'USD' : 'IDR';
  return atProvider(`pay ${payment}`, webhook, {
    suits: (invoice) => provider.isTaken(invoice) || provider.takes(invoice, currency),
    async happen(shop, index, invoice) {
      const amount = invoice.asked + (payment === 'a rupiah less' ? -1 : payment === 'a rupiah more' ? 1 : 0);
      await real.pay(shop, index, { amount, currency });
      return provider.pay(invoice, amount, currency);
    },
  });
}

export type Part = 'a rupiah' | 'a third' | 'the rest' | 'the rest and a fee';
const FEE = 4000;

const partOf = (part: Part, invoice: provider.Invoice) =>
  ({
    'a rupiah': 1,
    'a third': Math.ceil(invoice.asked / 3),
    'the rest': provider.outstanding(invoice),
    'the rest and a fee': provider.outstanding(invoice) + FEE,
  })[part];

/** One of several payments, also of an invoice that is over, paid or refunded. */
export const paidInPart = (part: Part, webhook: boolean): Deed =>
  atProvider(`pay ${part}`, webhook, {
    suits: (invoice) => provider.takes(invoice, 'IDR') && partOf(part, invoice) > 0,
    async happen(shop, index, invoice) {
      const amount = partOf(part, invoice);
      await real.payPart(shop, index, amount);
      return provider.payPart(invoice, amount);
    },
  });

export type Back = 'a part' | 'all';

/** The provider gives money back, or the buyer's bank takes it back. */
export const givenBack = (type: 'refunded' | 'chargeback', back: Back, webhook: boolean): Deed =>
  atProvider(`${type}: ${back}`, webhook, {
    suits: (invoice) => provider.left(invoice) > 0,
    async happen(shop, index, invoice) {
      const left = provider.left(invoice);
      const amount = back === 'all' ? left : Math.min(left, Math.ceil(invoice.paid / 3));
      await real.giveBack(shop, index, type, amount);
      return provider.giveBack(invoice, amount, type);
    },
  });

export const providerEvent = (what: 'expire' | 'fail', webhook: boolean): Deed =>
  atProvider(`the provider says ${what}`, webhook, {
    suits: () => true,
    async happen(shop, index, invoice) {
      await real.providerSays(shop, index, what);
      return provider.tell(invoice, what === 'expire' ? 'expired' : 'failed');
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
    const payment = { type: 'paid', paid: model.totalOf(order), currency: 'IDR', refunded: null } as const;
    world.orders[index] = money.invented(order, payment);
  },
};

export const approved: Deed = {
  name: 'an operator approves',
  expected: (_, order) => decision.approve(order),
  act: (_, shop, app, index) => operator.approve(shop, app, index),
};

/** The refund of a paid order, with or without its booking: whichever comes first. */
export const refunded = (takeBack: decision.TakeBack): Deed => ({
  name: `an operator refunds and takes back ${takeBack}`,
  expected: (world, order) => decision.refund(world, order, decision.takeBackOf(order, takeBack)),
  act: (world, shop, app, index) =>
    operator.refund(shop, app, index, decision.takeBackOf(world.orders[index] ?? never(), takeBack)),
});
