import { credit, isSame, settled } from './money-model.ts';
import {
  type Act,
  BASKETS,
  done,
  move,
  type Order,
  OWED,
  refused,
  statusOf,
  sum,
  totalOf,
  type World,
} from './order-model.ts';

/**
 * A decision about money asks the provider first, and settles its answer. It stands only if the sum is still the one that
 * the operator saw, so it is refused after an answer that changed the sum.
 */
function decideOnMoney(order: Order, decide: (answered: Order) => Act): Act {
  const answered = settled(order, 'check');
  const learned = isSame(answered, order) ? [] : [answered];
  const received = ({ paid, refunded }: Order) => paid - refunded;
  const hasChanged = received(answered) !== received(order) || answered.dollars !== order.dollars;
  const { states, refusals } = hasChanged ? refused('refused') : decide(answered);
  return { states: [...learned, ...states], refusals };
}

/** The rupiah that went back, as answers show them or exceptions name them. */
const returnedOf = ({ refunded, refundTold }: Order) => Math.max(refunded, refundTold ?? 0);

/** Money that a decision leaves to be given back is an exception. */
function leaving(order: Order, outcome: 'surplus' | 'to_give_back', sums: readonly (number | '?')[]): Order {
  const entries = sums.filter((each) => each !== 0);
  const inbox = entries.map((each) => ({ id: 'decided', outcome: `check invoice.paid: ${outcome} ${each}` }));
  return { ...order, inbox: [...order.inbox, ...inbox] };
}

export function approve(order: Order): Act {
  if (statusOf(order) !== 'PAYMENT_REVIEW') return refused('refused');
  return decideOnMoney(order, (answered) => {
    if (statusOf(answered) !== 'PAYMENT_REVIEW') return refused('refused');
    const tooMuch = Math.max(0, answered.paid - returnedOf(answered) - totalOf(answered));
    return done(leaving(credit(answered), 'surplus', [tooMuch]));
  });
}

/** The part of an order's first quota that an operator takes back. */
export type TakeBack = 'nothing' | 'half' | 'all' | 'too much';

export function takeBackOf({ basket }: Order, takeBack: TakeBack): Record<string, number> {
  const [{ code, credits }] = BASKETS[basket] ?? BASKETS[0];
  const units = { nothing: 0, half: credits / 2, all: credits, 'too much': 2 * credits }[takeBack];
  return units === 0 ? {} : { [code]: units };
}

/**
 * An order under review was credited nothing, so nothing is taken back. A booked order returns a part, at most the
 * counter, and nothing of a quota that is used beyond its end; it returns nothing only if the provider gave money back.
 * Settled excess is never returned.
 */
export function refund(world: World, order: Order, takeBack: Readonly<Record<string, number>>): Act {
  const [taken] = Object.entries(takeBack);
  if (statusOf(order) === 'PAYMENT_REVIEW') {
    if (taken !== undefined) return refused('refused');
    return decideOnMoney(order, (answered) =>
      statusOf(answered) === 'PAYMENT_REVIEW' ? done(refundOfReview(answered)) : refused('refused'),
    );
  }
  if (statusOf(order) !== 'PAID') return refused('refused');
  return decideOnMoney(order, (answered) => refundOfCredit(world, answered, taken));
}

/** All that is still here goes back, in each currency. */
function refundOfReview(order: Order): Order {
  const rupiah = Math.max(0, order.paid - returnedOf(order));
  return leaving(move(order, 'REFUNDED'), 'to_give_back', [rupiah, order.dollars > 0 ? ('?' as const) : 0]);
}

/** The price of the units goes back, less what went back of it already, and never more than is still here. */
function refundedUnits(order: Order, units: number, changes: Partial<Order> = {}): Order {
  const [{ credits, amount }] = BASKETS[order.basket] ?? BASKETS[0];
  const cost = (amount * units) / credits;
  const ofPrice = Math.max(0, returnedOf(order) - Math.max(0, order.paid - totalOf(order)));
  const here = Math.max(0, order.paid - returnedOf(order));
  const toGiveBack = Math.min(Math.max(0, cost - ofPrice), here);
  return leaving(move(order, 'REFUNDED', changes), 'to_give_back', [toGiveBack]);
}

function refundOfCredit(world: World, order: Order, taken: [string, number] | undefined): Act {
  const isReturned = order.refunded > 0 || order.refundTold !== null;
  if (taken === undefined) return isReturned ? done(refundedUnits(order, 0)) : refused('refused');
  const [code, units] = taken;
  const siblings = world.orders.filter(({ organization }) => organization === order.organization);
  const balance = sum(siblings.map(({ credited }) => credited[code] ?? 0));
  const settledExcess = sum(siblings.map((sibling) => sibling.settledExcess));
  const isOverused = code === 'wa_balance' && settledExcess < (OWED[order.organization] ?? 0);
  if (isOverused || units > Math.min(balance, order.credited[code] ?? 0)) return refused('refused');
  const credited = { ...order.credited, [code]: (order.credited[code] ?? 0) - units };
  return done(refundedUnits(order, units, { credited }));
}
