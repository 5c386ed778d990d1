/**
 * The order of docs/domain.md 6 and 8 as a pure model, independent of src/. Seconds and whole rupiah are numbers here.
 * PAID stands for COMPLETED too, since the model ignores the time of the booking. An act is the list of the states that
 * it brings an order to, one after the other: a crash may leave any one of them, or none, and nothing in between.
 */
export const MINUTE = 60;
export const DAY = 86_400;
const QUOTE_LIVES = 30 * MINUTE;
const TIME_TO_PAY = DAY;
const POLLED_AFTER_TIME_TO_PAY = DAY;
const PAUSE_BETWEEN_LATE_POLLS = 10 * MINUTE;

/** The contents of the baskets: prices and multipliers of the shipped catalogue and the sandbox. */
export const BASKETS = [
  [{ code: 'wa_balance', quantity: 1_000_000, credits: 1_000_000, amount: 1_000_000 }],
  [{ code: 'chatbot_ai_extra', quantity: 2, credits: 2000, amount: 900_000 }],
  [
    { code: 'wa_balance', quantity: 1_500_000, credits: 1_500_000, amount: 1_500_000 },
    { code: 'muv', quantity: 500, credits: 500, amount: 300_000 },
  ],
] as const;
/** Excess of wa_balance that hub-core reports for the first and the second organization. */
export const OWED = [0, 250_000] as const;

export type Status = 'DRAFT' | 'PENDING_PAYMENT' | 'PAID' | 'PAYMENT_REVIEW' | 'EXPIRED' | 'CANCELLED' | 'REFUNDED';

/** The provider's events of an invoice. */
export interface Event {
  type: 'paid' | 'expired' | 'failed';
  /** Fields of a payment: amount and currency are the invoice's. */
  fits: boolean;
}

export interface Order {
  organization: number;
  basket: number;
  /** The excess on the order, in rupiah. */
  excess: number;
  /** The timeline: its last entry is the current status. */
  walk: readonly Status[];
  confirmed: boolean;
  /** True when it was confirmed with its own key: a second confirm with this key is a repeat. */
  byOwnKey: boolean;
  quoteEndsAt: number;
  payBy: number;
  askedAt: number | null;
  /** The invoice at the provider. */
  invoice: 'none' | 'pending' | 'void' | 'expired' | 'paid';
  events: readonly Event[];
  /** The event that the provider names as the payment when asked: the first one. */
  firstPayment?: number;
  /** The event that moved the order. */
  actedOn?: number;
  /** The outcome of each received event, and the identity under which it arrived. */
  inbox: readonly { id: string; outcome: string }[];
  credited: Readonly<Record<string, number>>;
  settledExcess: number;
}

export interface World {
  now: number;
  orders: Order[];
}

/** `refusals`: the codes for the caller; empty on success. */
export interface Act {
  states: Order[];
  refusals: string[];
}

const done = (...states: Order[]): Act => ({ states, refusals: [] });
const refused = (...refusals: string[]): Act => ({ states: [], refusals });

const sum = (quantities: readonly number[]) => quantities.reduce((total, quantity) => total + quantity, 0);

export const statusOf = ({ walk }: Order) => walk.at(-1) as Status;
export const totalOf = ({ basket, excess }: Order) => excess + sum((BASKETS[basket] ?? []).map(({ amount }) => amount));
const awaitsMoney = (order: Order) =>
  order.confirmed && ['PENDING_PAYMENT', 'EXPIRED', 'CANCELLED'].includes(statusOf(order));

function move(order: Order, to: Status, changes: Partial<Order> = {}): Order {
  return { ...order, ...changes, walk: [...order.walk, to] };
}

/** An order claims its excess while it is to be paid: under review until its deadline. */
const claims = ({ now }: World, order: Order) =>
  statusOf(order) === 'PENDING_PAYMENT' || (statusOf(order) === 'PAYMENT_REVIEW' && order.payBy > now);

const isOfWhatsapp = (basket: number) => BASKETS[basket]?.some(({ code }) => code === 'wa_balance') ?? false;

/** The reported excess, less settlements, and less the claims of other orders. */
function owedBy(world: World, organization: number, basket: number, itself?: Order): number {
  if (!isOfWhatsapp(basket)) return 0;
  const others = world.orders.filter((order) => order.organization === organization);
  const carried = others.map(
    (order) => order.settledExcess + (order !== itself && claims(world, order) ? order.excess : 0),
  );
  return Math.max(0, (OWED[organization] ?? 0) - sum(carried));
}

export function create(world: World, organization: number, basket: number): Order {
  return {
    organization,
    basket,
    excess: owedBy(world, organization, basket),
    walk: ['DRAFT'],
    confirmed: false,
    byOwnKey: false,
    quoteEndsAt: world.now + QUOTE_LIVES,
    payBy: 0,
    askedAt: null,
    invoice: 'none',
    events: [],
    inbox: [],
    credited: {},
    settledExcess: 0,
  };
}

/** "as before": the order's own key and the total that the buyer saw. */
export type Confirm = 'as before' | 'with another key' | 'at another total';

export function confirm(world: World, order: Order, how: Confirm): Act {
  const byOwnKey = how === 'as before';
  if (byOwnKey && order.byOwnKey) return done(...invoiced(world, order));
  if (order.confirmed) return refused('INVALID_TRANSITION');
  const isDraft = statusOf(order) === 'DRAFT';
  if (isDraft ? order.quoteEndsAt <= world.now : statusOf(order) === 'EXPIRED') return refused('QUOTE_EXPIRED');
  if (!isDraft) return refused('INVALID_TRANSITION');
  if (how === 'at another total') return refused('TOTAL_MISMATCH');
  const isPutOff = world.orders.some(
    (other) => other !== order && other.organization === order.organization && other.excess > 0 && claims(world, other),
  );
  if (isPutOff && isOfWhatsapp(order.basket)) return refused('EXCESS_PENDING');
  const excess = owedBy(world, order.organization, order.basket, order);
  if (excess !== order.excess) {
    const quotedAnew = move(order, 'DRAFT', { excess, quoteEndsAt: world.now + QUOTE_LIVES });
    return { states: [quotedAnew], refusals: ['PRICE_CHANGED'] };
  }
  const pending = move(order, 'PENDING_PAYMENT', { confirmed: true, byOwnKey, payBy: world.now + TIME_TO_PAY });
  return done(pending, ...invoiced(world, pending));
}

/** An order never has two invoices, and none after its deadline. */
export function invoiced({ now }: World, order: Order): Order[] {
  const lacksOne = statusOf(order) === 'PENDING_PAYMENT' && order.invoice === 'none' && now < order.payBy;
  return lacksOne ? [{ ...order, invoice: 'pending' }] : [];
}

/** The provider expires a pending invoice by its own clock. */
export const invoiceOf = ({ now }: World, { invoice, payBy }: Order) =>
  invoice === 'pending' && payBy <= now ? 'expired' : invoice;

function voided(world: World, order: Order): Order {
  const invoice = invoiceOf(world, order);
  return { ...order, invoice: invoice === 'pending' ? 'void' : invoice };
}

export function cancel(world: World, order: Order): Act {
  if (statusOf(order) === 'DRAFT') return done(move(order, 'CANCELLED'));
  if (statusOf(order) !== 'PENDING_PAYMENT' || order.invoice === 'paid') return refused('INVALID_TRANSITION');
  const unpayable = voided(world, order);
  return done(unpayable, move(unpayable, 'CANCELLED'));
}

/** An event happens at the provider, which we do not know yet. */
export function happens(world: World, order: Order, event: Event): Order {
  const events = [...order.events, event];
  if (event.type === 'expired' && order.invoice === 'pending') return { ...order, events, invoice: 'expired' };
  const isFirst = event.type === 'paid' && order.invoice !== 'paid' && order.invoice !== 'none';
  if (!isFirst) return { ...order, events, invoice: invoiceOf(world, order) };
  return { ...order, events, invoice: 'paid', firstPayment: order.events.length };
}

/** The one settle function: an event of the order arrives, by the webhook or by the poll. */
export function receive(order: Order, index: number, source: 'webhook' | 'poll' | 'check'): Order {
  const event = order.events[index] as Event;
  const id = `${source === 'webhook' ? 'event' : 'asked'} ${index}`;
  if (order.inbox.some((entry) => entry.id === id)) return order;
  const outcome = meaning(order, index, event);
  const inbox = [...order.inbox, { id, outcome: `${source} invoice.${event.type}: ${outcome}` }];
  if (outcome === 'settled') return credit({ ...order, inbox, actedOn: index });
  if (outcome === 'review') return move(order, 'PAYMENT_REVIEW', { inbox, actedOn: index });
  return { ...order, inbox };
}

function meaning(order: Order, index: number, { type, fits }: Event): string {
  if (type !== 'paid') return order.actedOn === undefined ? 'noted' : 'contradicts_payment';
  if (order.actedOn !== undefined) return order.actedOn === index ? 'repeated' : 'second_payment';
  if (!awaitsMoney(order)) return 'not_payable';
  return fits ? 'settled' : 'review';
}

function credit(order: Order): Order {
  const credited = Object.fromEntries((BASKETS[order.basket] ?? []).map(({ code, credits }) => [code, credits]));
  return move(order, 'PAID', { credited, settledExcess: order.excess });
}

export function check(world: World, order: Order): Act {
  if (!order.confirmed) return refused('INVALID_TRANSITION');
  return done(...(awaitsMoney(order) ? asked(world, order, 'check') : []));
}

function asked(world: World, order: Order, source: 'poll' | 'check'): Order[] {
  const noted = { ...order, askedAt: world.now };
  if (order.firstPayment !== undefined) return [noted, receive(noted, order.firstPayment, source)];
  return [noted, ...invoiced(world, noted)];
}

/** Advances the time of one order. */
export function reconcile(world: World, order: Order): Order[] {
  const { now } = world;
  const status = statusOf(order);
  if (status === 'DRAFT') return order.quoteEndsAt <= now ? [move(order, 'EXPIRED')] : [];
  if (!awaitsMoney(order)) return [];
  const isPending = status === 'PENDING_PAYMENT';
  const isOfLate = order.payBy > now - POLLED_AFTER_TIME_TO_PAY;
  const isTurn = order.askedAt === null || order.askedAt < now - PAUSE_BETWEEN_LATE_POLLS;
  if (!isPending && !(isOfLate && isTurn)) return [];
  const states = asked(world, order, 'poll');
  if (!isPending || order.firstPayment !== undefined || order.payBy > now) return states;
  const unpayable = voided(world, states.at(-1) ?? order);
  return [...states, unpayable, move(unpayable, 'EXPIRED')];
}

export function approve(order: Order): Act {
  return statusOf(order) === 'PAYMENT_REVIEW' ? done(credit(order)) : refused('refused');
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
 * counter, and nothing of a quota that is used beyond its end. Settled excess is never returned.
 */
export function refund(world: World, order: Order, takeBack: Readonly<Record<string, number>>): Act {
  const [taken] = Object.entries(takeBack);
  if (statusOf(order) === 'PAYMENT_REVIEW' && taken === undefined) return done(move(order, 'REFUNDED'));
  if (statusOf(order) !== 'PAID' || taken === undefined) return refused('refused');
  const [code, units] = taken;
  const siblings = world.orders.filter(({ organization }) => organization === order.organization);
  const balance = sum(siblings.map(({ credited }) => credited[code] ?? 0));
  const settled = sum(siblings.map(({ settledExcess }) => settledExcess));
  const isOverused = code === 'wa_balance' && settled < (OWED[order.organization] ?? 0);
  if (isOverused || units > Math.min(balance, order.credited[code] ?? 0)) return refused('refused');
  const credited = { ...order.credited, [code]: (order.credited[code] ?? 0) - units };
  return done(move(order, 'REFUNDED', { credited }));
}
