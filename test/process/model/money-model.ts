import {
  type Act,
  awaitsMoney,
  BASKETS,
  DAY,
  done,
  invoiced,
  invoiceOf,
  MINUTE,
  move,
  type Order,
  refused,
  statusOf,
  totalOf,
  type World,
} from './order-model.ts';
import { type Event, type Happening, isOpen } from './provider-model.ts';

/** The money of docs/domain.md 8.1 as a pure model: what is received settles an order, whoever tells it and in whatever order. */
const POLLED_AFTER_TIME_TO_PAY = DAY;
const REVIEWED_AFTER_TIME_TO_PAY = 7 * DAY;
const PAUSE_BETWEEN_LATE_POLLS = 10 * MINUTE;

const receivedOf = ({ paid, refunded }: Order) => paid - refunded;
const surplusOf = (order: Order) => Math.max(0, receivedOf(order) - totalOf(order));

/** Something happens to the invoice at the provider, which we do not know yet. */
export const happens = (order: Order, { invoice, event }: Happening): Order => ({
  ...order,
  invoice,
  events: [...order.events, event],
});

/** An event about an order that has no invoice. */
export const invented = (order: Order, event: Event): Order => ({ ...order, events: [...order.events, event] });

/**
 * An event of the order arrives by webhook. One that says exactly the sum settles at once; any other about a confirmed
 * order is a hint, after which a job asks the provider.
 */
export function receive(world: World, order: Order, index: number): Order[] {
  const event = order.events[index] as Event;
  const id = `event ${index}`;
  if (order.inbox.some((entry) => entry.id === id)) return [];
  const outcome = meaning(order, event);
  const inbox = [...order.inbox, { id, outcome: `webhook invoice.${event.type}: ${outcome}` }];
  const tellsOfRefund = event.type === 'refunded' || event.type === 'chargeback';
  const rupiahBack = event.currency === 'IDR' ? (event.refunded ?? 0) : 0;
  const stored = {
    ...order,
    inbox,
    dollarsNoticed: order.dollarsNoticed || event.currency === 'USD',
    refundNoticed: tellsOfRefund ? Math.max(order.refundNoticed ?? 0, rupiahBack) : order.refundNoticed,
  };
  if (outcome === 'settled') return [credit(withPayment(stored, event.paid ?? 0))];
  return outcome === 'hint' ? [stored, ...asked(world, stored, 'check')] : [stored];
}

function meaning(order: Order, { type, paid, currency, refunded }: Event): string {
  const tellsOfPayment = type === 'paid' || type === 'partially_paid';
  if (!order.confirmed) return tellsOfPayment ? 'not_payable' : 'noted';
  if (type === 'expired' || type === 'failed')
    return statusOf(order) === 'PAID' && receivedOf(order) >= totalOf(order) ? 'contradicts_payment' : 'hint';
  const isTainted = order.dollarsNoticed || order.dollars > 0 || order.refundNoticed !== null || order.refunded > 0;
  const isExact = type === 'paid' && currency === 'IDR' && paid === totalOf(order) && refunded === null;
  return awaitsMoney(order) && !isTainted && isExact ? 'settled' : 'hint';
}

const withPayment = (order: Order, amount: number): Order => ({
  ...order,
  paid: order.paid + amount,
  payments: [...order.payments, `PAYMENT ${amount} IDR`],
});

/** Enters what the provider's answer shows as new. A sum never falls, and dollars that are given back are not counted. */
function learnt(order: Order): Order {
  const { paid = 0, refunded = 0, currency } = order.invoice ?? {};
  if (currency === 'USD') {
    const rise = paid - order.dollars;
    return rise <= 0 ? order : { ...order, dollars: paid, payments: [...order.payments, `PAYMENT ${rise} USD`] };
  }
  const rise = paid - order.paid;
  const after = rise > 0 ? withPayment(order, rise) : order;
  const fall = refunded - order.refunded;
  return fall <= 0 ? after : { ...after, refunded, payments: [...after.payments, `REFUND -${fall} IDR`] };
}

/** Settles the provider's answer: the order moves by the sum, and exceptions name what is beyond it or was given back. */
export function settled(order: Order, source: 'poll' | 'check'): Order {
  const known = learnt(order);
  const { after, entries } = moved(order, known);
  if (entries.length === 0 && known !== order) entries.push('invoice.paid: received');
  const exceptions = exceptionsOf(order, after);
  const inbox = [...entries, ...exceptions.entries].map((entry) => ({ id: 'asked', outcome: `${source} ${entry}` }));
  const isMoved = after.walk.length > order.walk.length;
  const told = isMoved ? after : withPaymentSteps(after, known.payments.slice(order.payments.length));
  return { ...told, refundTold: exceptions.refundTold, inbox: [...order.inbox, ...inbox] };
}

/** A payment that moves nothing is a step from the status to itself. */
const withPaymentSteps = (order: Order, entered: readonly string[]): Order =>
  entered.filter((line) => line.startsWith('PAYMENT')).reduce((each) => move(each, statusOf(each)), order);

function moved(order: Order, known: Order): { after: Order; entries: string[] } {
  const isReviewed = statusOf(order) === 'PAYMENT_REVIEW';
  if (!awaitsMoney(order) && !isReviewed) return { after: known, entries: [] };
  const isForeign = known.dollars > 0 || known.dollarsNoticed;
  if (!isForeign && known.paid === 0) return { after: known, entries: [] };
  if (!isForeign && receivedOf(known) >= totalOf(order))
    return { after: credit(known), entries: ['invoice.paid: settled'] };
  const isReturned = !isForeign && receivedOf(known) === 0;
  const reviewed = isReviewed ? known : move(known, 'PAYMENT_REVIEW');
  return {
    after: isReturned ? move(reviewed, 'REFUNDED') : reviewed,
    entries: [...(isReviewed ? [] : ['invoice.paid: review']), ...(isReturned ? ['invoice.refunded: returned'] : [])],
  };
}

/** Each rupiah beyond the sum, and each that was given back after the credit, is told once. */
function exceptionsOf(before: Order, after: Order): { entries: string[]; refundTold: number | null } {
  const entries: string[] = [];
  const wasOver = ['PAID', 'REFUNDED'].includes(statusOf(before));
  const isPaid = statusOf(after) === 'PAID';
  let { refundTold } = before;
  const tooMuch =
    statusOf(before) === 'REFUNDED'
      ? after.paid - before.paid
      : isPaid
        ? surplusOf(after) - (wasOver ? surplusOf(before) : 0)
        : 0;
  if (tooMuch > 0) entries.push(`invoice.paid: surplus ${tooMuch}`);
  if (wasOver && after.dollars > before.dollars) entries.push('invoice.paid: surplus ?');
  if (isPaid) {
    const back = Math.max(after.refunded, after.refundNoticed ?? 0) - (refundTold ?? 0);
    const isUntold = after.refundNoticed !== null && refundTold === null;
    if (back > 0 || isUntold) {
      entries.push(`invoice.refunded: refunded ${back > 0 ? back : '?'}`);
      refundTold = (refundTold ?? 0) + back;
    }
  }
  return { entries, refundTold };
}

export function credit(order: Order): Order {
  const credited = Object.fromEntries((BASKETS[order.basket] ?? []).map(({ code, credits }) => [code, credits]));
  return move(order, 'PAID', { credited, settledExcess: order.excess });
}

export function check(world: World, order: Order): Act {
  if (!order.confirmed) return refused('INVALID_TRANSITION');
  const isAsked = awaitsMoney(order) || statusOf(order) === 'PAYMENT_REVIEW';
  return done(...(isAsked ? asked(world, order, 'check') : []));
}

export function cancel(world: World, order: Order): Act {
  if (statusOf(order) === 'DRAFT') return done(move(order, 'CANCELLED'));
  if (statusOf(order) === 'PAYMENT_REVIEW') return refused('PAYMENT_RECEIVED');
  if (statusOf(order) !== 'PENDING_PAYMENT') return refused('INVALID_TRANSITION');
  if ((order.invoice?.paid ?? 0) > 0) return { states: asked(world, order, 'check'), refusals: ['PAYMENT_RECEIVED'] };
  const unpayable = voided(world, order);
  return done(unpayable, move(unpayable, 'CANCELLED'));
}

function voided(world: World, order: Order): Order {
  const invoice = invoiceOf(world, order);
  return { ...order, invoice: invoice !== undefined && isOpen(invoice) ? { ...invoice, status: 'void' } : invoice };
}

function asked(world: World, order: Order, source: 'poll' | 'check'): Order[] {
  const noted = { ...order, askedAt: world.now };
  const answered = settled(noted, source);
  if (!isSame(answered, noted)) return [noted, answered];
  if (answered.paid > 0 || answered.dollars > 0 || answered.dollarsNoticed) return [noted];
  const ended = endedByProvider(world, noted);
  return [noted, ...(ended === undefined ? invoiced(world, noted) : [ended])];
}

export const isSame = (a: Order, b: Order) => JSON.stringify(a) === JSON.stringify(b);

/** The invoice's own end is the order's. */
function endedByProvider(world: World, order: Order): Order | undefined {
  if (statusOf(order) !== 'PENDING_PAYMENT') return undefined;
  const invoice = invoiceOf(world, order);
  if (invoice?.status === 'expired') return move({ ...order, invoice }, 'EXPIRED');
  return invoice?.status === 'void' ? move(order, order.payBy <= world.now ? 'EXPIRED' : 'CANCELLED') : undefined;
}

/** Advances the time of one order. */
export function reconcile(world: World, order: Order): Order[] {
  const { now } = world;
  const status = statusOf(order);
  if (status === 'DRAFT') return order.quoteEndsAt <= now ? [move(order, 'EXPIRED')] : [];
  const isReviewed = status === 'PAYMENT_REVIEW';
  if (!awaitsMoney(order) && !isReviewed) return [];
  if (isReviewed && order.payBy < now - REVIEWED_AFTER_TIME_TO_PAY) return overdue(order);
  const isPending = status === 'PENDING_PAYMENT';
  const isOfLate = order.payBy > now - (isReviewed ? REVIEWED_AFTER_TIME_TO_PAY : POLLED_AFTER_TIME_TO_PAY);
  const isTurn = order.askedAt === null || order.askedAt < now - PAUSE_BETWEEN_LATE_POLLS;
  if (!isPending && !(isOfLate && isTurn)) return [];
  const states = asked(world, order, 'poll');
  const last = states.at(-1) ?? order;
  if (statusOf(last) !== 'PENDING_PAYMENT' || order.payBy > now) return states;
  const unpayable = voided(world, last);
  return [...states, unpayable, move(unpayable, 'EXPIRED')];
}

/** A review that nobody ended is an exception, once. */
function overdue(order: Order): Order[] {
  const id = 'review overdue';
  if (order.inbox.some((entry) => entry.id === id)) return [];
  return [{ ...order, inbox: [...order.inbox, { id, outcome: 'poll invoice.paid: review_overdue' }] }];
}
