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
  /** Of a payment; 0 for the others. */
  amount: number;
  currency: 'IDR' | 'USD';
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
  /** The sum in rupiah of the payments that we know, and whether one was in dollars. */
  received: number;
  hasDollars: boolean;
  /** A notice named dollars, whatever the provider answered. */
  dollarsNoticed: boolean;
  surplusTold: number;
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
    received: 0,
    hasDollars: false,
    dollarsNoticed: false,
    surplusTold: 0,
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
  if (statusOf(order) === 'PAYMENT_REVIEW') return refused('PAYMENT_RECEIVED');
  if (statusOf(order) !== 'PENDING_PAYMENT') return refused('INVALID_TRANSITION');
  if (order.invoice === 'paid') return { states: asked(world, order, 'check'), refusals: ['PAYMENT_RECEIVED'] };
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
  const dollarsNoticed = order.dollarsNoticed || event.currency === 'USD';
  const stored = { ...order, inbox, dollarsNoticed };
  if (outcome === 'settled') return [credit({ ...stored, received: order.received + event.amount })];
  return outcome === 'hint' ? [stored, ...asked(world, stored, 'check')] : [stored];
}

function meaning(order: Order, { type, amount, currency }: Event): string {
  if (!order.confirmed) return type === 'paid' ? 'not_payable' : 'noted';
  if (type !== 'paid')
    return statusOf(order) === 'PAID' && order.received >= totalOf(order) ? 'contradicts_payment' : 'hint';
  const isTainted = order.dollarsNoticed || order.hasDollars;
  return awaitsMoney(order) && !isTainted && currency === 'IDR' && amount === totalOf(order) ? 'settled' : 'hint';
}

/** The provider's answer: its invoice knows the first payment alone. Sums never fall. */
function settled(order: Order, source: 'poll' | 'check'): Order {
  const payment = order.firstPayment === undefined ? undefined : order.events[order.firstPayment];
  const paid = payment?.currency === 'IDR' ? payment.amount : 0;
  const rise = Math.max(0, paid - order.received);
  const dollarsRose = payment?.currency === 'USD' && !order.hasDollars;
  const known = { ...order, received: order.received + rise, hasDollars: order.hasDollars || dollarsRose };
  const isForeign = known.hasDollars || known.dollarsNoticed;
  const isReviewed = statusOf(order) === 'PAYMENT_REVIEW';
  const entries: string[] = [];
  let after: Order = known;
  if (awaitsMoney(order) || isReviewed) {
    if (!isForeign && known.received >= totalOf(order)) {
      after = credit(known);
      entries.push('settled');
    } else if (!isReviewed && (isForeign || known.received > 0)) {
      after = move(known, 'PAYMENT_REVIEW');
      entries.push('review');
    }
  }
  if (entries.length === 0 && (rise > 0 || dollarsRose)) entries.push('received');
  const wasOver = ['PAID', 'REFUNDED'].includes(statusOf(order));
  const tooMuch =
    statusOf(order) === 'REFUNDED'
      ? rise
      : statusOf(after) === 'PAID'
        ? Math.max(0, known.received - totalOf(order) - order.surplusTold)
        : 0;
  if (tooMuch > 0) entries.push('surplus');
  if (wasOver && dollarsRose) entries.push('surplus');
  const inbox = entries.map((outcome) => ({ id: `asked ${outcome}`, outcome: `${source} invoice.paid: ${outcome}` }));
  return { ...after, surplusTold: order.surplusTold + tooMuch, inbox: [...order.inbox, ...inbox] };
}

function credit(order: Order): Order {
  const credited = Object.fromEntries((BASKETS[order.basket] ?? []).map(({ code, credits }) => [code, credits]));
  return move(order, 'PAID', { credited, settledExcess: order.excess });
}

export function check(world: World, order: Order): Act {
  if (!order.confirmed) return refused('INVALID_TRANSITION');
  const isAsked = awaitsMoney(order) || statusOf(order) === 'PAYMENT_REVIEW';
  return done(...(isAsked ? asked(world, order, 'check') : []));
}

function asked(world: World, order: Order, source: 'poll' | 'check'): Order[] {
  const noted = { ...order, askedAt: world.now };
  const answered = settled(noted, source);
  if (answered !== noted && !isSame(answered, noted)) return [noted, answered];
  if (answered.received > 0 || answered.hasDollars || answered.dollarsNoticed) return [noted];
  const ended = endedByProvider(world, noted);
  return [noted, ...(ended === undefined ? invoiced(world, noted) : [ended])];
}

const isSame = (a: Order, b: Order) => JSON.stringify(a) === JSON.stringify(b);

/** The invoice's own end is the order's. */
function endedByProvider(world: World, order: Order): Order | undefined {
  if (statusOf(order) !== 'PENDING_PAYMENT') return undefined;
  const invoice = invoiceOf(world, order);
  if (invoice === 'expired') return move({ ...order, invoice }, 'EXPIRED');
  return invoice === 'void' ? move(order, order.payBy <= world.now ? 'EXPIRED' : 'CANCELLED') : undefined;
}

/** Advances the time of one order. */
export function reconcile(world: World, order: Order): Order[] {
  const { now } = world;
  const status = statusOf(order);
  if (status === 'DRAFT') return order.quoteEndsAt <= now ? [move(order, 'EXPIRED')] : [];
  const isReviewed = status === 'PAYMENT_REVIEW';
  if (!awaitsMoney(order) && !isReviewed) return [];
  const isPending = status === 'PENDING_PAYMENT';
  const isOfLate = order.payBy > now - (isReviewed ? 7 * DAY : POLLED_AFTER_TIME_TO_PAY);
  const isTurn = order.askedAt === null || order.askedAt < now - PAUSE_BETWEEN_LATE_POLLS;
  if (!isPending && !(isOfLate && isTurn)) return [];
  const states = asked(world, order, 'poll');
  const last = states.at(-1) ?? order;
  if (statusOf(last) !== 'PENDING_PAYMENT' || order.payBy > now) return states;
  const unpayable = voided(world, last);
  return [...states, unpayable, move(unpayable, 'EXPIRED')];
}

/**
 * A decision about money asks the provider first, and settles its answer. It stands only if the sum is still the one that
 * the operator saw, so it is refused after an answer that changed the sum.
 */
function decideOnMoney(order: Order, decide: (answered: Order) => Act): Act {
  const answered = settled(order, 'check');
  const learned = isSame(answered, order) ? [] : [answered];
  const hasRisen = answered.received !== order.received || answered.hasDollars !== order.hasDollars;
  const { states, refusals } = hasRisen ? refused('refused') : decide(answered);
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
 * counter, and nothing of a quota that is used beyond its end. Settled excess is never returned.
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
  if (taken === undefined) return refused('refused');
  const [code, units] = taken;
  const siblings = world.orders.filter(({ organization }) => organization === order.organization);
  const balance = sum(siblings.map(({ credited }) => credited[code] ?? 0));
  const settledExcess = sum(siblings.map((sibling) => sibling.settledExcess));
  const isOverused = code === 'wa_balance' && settledExcess < (OWED[order.organization] ?? 0);
  if (isOverused || units > Math.min(balance, order.credited[code] ?? 0)) return refused('refused');
  const credited = { ...order.credited, [code]: (order.credited[code] ?? 0) - units };
  return done(move(order, 'REFUNDED', { credited }));
}
