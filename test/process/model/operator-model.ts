import { credit, isSame, settled } from './money-model.ts';
import { type Act, BASKETS, done, move, type Order, OWED, refused, statusOf, sum, type World } from './order-model.ts';

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

export function approve(order: Order): Act {
  if (statusOf(order) !== 'PAYMENT_REVIEW') return refused('refused');
  return decideOnMoney(order, (answered) =>
    statusOf(answered) === 'PAYMENT_REVIEW' ? done(credit(answered)) : refused('refused'),
  );
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
      statusOf(answered) === 'PAYMENT_REVIEW' ? done(move(answered, 'REFUNDED')) : refused('refused'),
    );
  }
  if (statusOf(order) !== 'PAID') return refused('refused');
  return decideOnMoney(order, (answered) => refundOfCredit(world, answered, taken));
}

function refundOfCredit(world: World, order: Order, taken: [string, number] | undefined): Act {
  const isReturned = order.refunded > 0 || order.refundTold !== null;
  if (taken === undefined) return isReturned ? done(move(order, 'REFUNDED')) : refused('refused');
  const [code, units] = taken;
  const siblings = world.orders.filter(({ organization }) => organization === order.organization);
  const balance = sum(siblings.map(({ credited }) => credited[code] ?? 0));
  const settledExcess = sum(siblings.map((sibling) => sibling.settledExcess));
  const isOverused = code === 'wa_balance' && settledExcess < (OWED[order.organization] ?? 0);
  if (isOverused || units > Math.min(balance, order.credited[code] ?? 0)) return refused('refused');
  const credited = { ...order.credited, [code]: (order.credited[code] ?? 0) - units };
  return done(move(order, 'REFUNDED', { credited }));
}
