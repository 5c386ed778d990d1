import fc from 'fast-check';
import { create, type Death, type Deed, doTo, never, reconcile, timePasses, words } from './acts.ts';
import {
  approved,
  cancelled,
  checked,
  confirmed,
  givenBack,
  type Part,
  type Payment,
  paid,
  paidInPart,
  paidWithoutInvoice,
  providerEvent,
  refunded,
  webhookDelivery,
} from './deeds.ts';
import type { TakeBack } from './operator-model.ts';
import { BASKETS, type Status, statusOf, type World } from './order-model.ts';
import type { Shop } from './shop.ts';

class Command implements fc.AsyncCommand<World, Shop> {
  constructor(
    private readonly name: string,
    private readonly can: (world: Readonly<World>) => boolean,
    readonly run: (world: World, shop: Shop) => Promise<void>,
  ) {}

  check(world: Readonly<World>): boolean {
    return this.can(world);
  }

  toString(): string {
    return this.name;
  }
}

const MOST_ORDERS = 4;
/**
 * The share of crashes is high, since they are cheap. A check or a poll is some ten packets; a confirm, or a settlement
 * with its jobs, some fifty.
 */
const packets = (max: number) => fc.noBias(fc.integer({ min: 1, max }));
const death = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: packets(15) },
  { weight: 2, arbitrary: packets(50) },
);
const pick = fc.nat({ max: MOST_ORDERS - 1 });

function ofOrder(deed: Deed, which: number, dies?: Death): Command {
  const suiting = ({ orders }: Readonly<World>) =>
    [...orders.keys()].filter((index) => deed.suits?.(orders[index] ?? never()) ?? true);
  return new Command(
    words(`${deed.name} (${which})`, dies),
    (world) => suiting(world).length > 0,
    async (world, shop) => {
      const indices = suiting(world);
      const index = indices[which % indices.length] ?? never();
      await doTo(world, shop, index, deed, dies);
      // Every second caller without an answer repeats at once.
      if (dies !== undefined && dies % 2 === 0) await doTo(world, shop, index, { ...deed, before: undefined });
    },
  );
}

const some = (deed: fc.Arbitrary<Deed>) => fc.tuple(deed, pick, death).map((given) => ofOrder(...given));
/** When the webhook is lost the server does nothing that a crash could interrupt. */
const withOrWithoutWebhook = (deed: (webhook: boolean) => Deed): fc.Arbitrary<Command> =>
  fc.oneof(
    some(fc.constant(deed(true))),
    pick.map((which) => ofOrder(deed(false), which)),
  );
/** The existing orders that the command changes. */
const those = (deed: Deed, ...statuses: Status[]): Deed => ({
  ...deed,
  suits: (order) => statuses.includes(statusOf(order)),
});
const wrong = fc.constantFrom<Payment>('a rupiah less', 'a rupiah more', 'in dollars');
const part = fc.constantFrom<Part>('a rupiah', 'a third', 'the rest', 'the rest and a fee');
const back = fc.constantFrom(
  (webhook: boolean) => givenBack('refunded', 'a part', webhook),
  (webhook: boolean) => givenBack('refunded', 'all', webhook),
  (webhook: boolean) => givenBack('chargeback', 'all', webhook),
);
const takeBack = fc.constantFrom<TakeBack>('nothing', 'all', 'half', 'too much');
const anyEvent = fc
  .tuple(fc.nat({ max: 9 }), fc.integer({ min: 1, max: 3 }))
  .map(([which, times]) => webhookDelivery(({ events }) => which % events.length, times));

const creation = fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: BASKETS.length - 1 }), death);
const created = creation.map(
  ([organization, basket, dies]) =>
    new Command(
      words(`create (organization ${organization}, basket ${basket})`, dies),
      ({ orders }) => orders.length < MOST_ORDERS,
      (world, shop) => create(world, shop, organization, basket, dies),
    ),
);
const reconciled = death.map(
  (dies) =>
    new Command(
      words('reconcile', dies),
      ({ orders }) => orders.length > 0,
      (world, shop) => reconcile(world, shop, dies),
    ),
);
const passed = fc.constantFrom(1, 11, 31, 25 * 60, 49 * 60).map(
  (minutes) =>
    new Command(
      `${minutes} minutes pass`,
      () => true,
      (world, shop) => timePasses(world, shop, minutes * 60),
    ),
);

/** All commands; repeated entries occur more often. */
export const commands: fc.Arbitrary<Command>[] = [
  created,
  some(fc.constant(those(confirmed('as before'), 'DRAFT'))),
  some(fc.constant(those(confirmed('as before'), 'DRAFT'))),
  some(fc.constant(confirmed('as before'))),
  some(fc.constantFrom(confirmed('with another key'), confirmed('at another total'))),
  withOrWithoutWebhook((webhook) => paid('right', webhook)),
  withOrWithoutWebhook((webhook) => paid('right', webhook)),
  wrong.chain((payment) => withOrWithoutWebhook((webhook) => paid(payment, webhook))),
  part.chain((which) => withOrWithoutWebhook((webhook) => paidInPart(which, webhook))),
  part.chain((which) => withOrWithoutWebhook((webhook) => paidInPart(which, webhook))),
  back.chain((deed) => withOrWithoutWebhook(deed)),
  back.chain((deed) => withOrWithoutWebhook(deed)),
  back.chain((deed) => withOrWithoutWebhook(deed)),
  some(anyEvent),
  withOrWithoutWebhook((webhook) => providerEvent('expire', webhook)),
  withOrWithoutWebhook((webhook) => providerEvent('fail', webhook)),
  pick.map((which) => ofOrder(paidWithoutInvoice, which)),
  some(fc.constant(cancelled)),
  some(fc.constant(checked)),
  some(fc.constant(approved)),
  some(fc.constant(those(approved, 'PAYMENT_REVIEW'))),
  some(takeBack.map(refunded)),
  some(takeBack.map((units) => those(refunded(units), 'PAYMENT_REVIEW', 'PAID'))),
  reconciled,
  passed,
];
