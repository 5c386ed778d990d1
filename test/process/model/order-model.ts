import { type Event, type Invoice, isOpen, newInvoice } from './provider-model.ts';

/**
 * The order of docs/domain.md 6 and 8 as a pure model, independent of src/. Seconds and whole rupiah are numbers here.
 * PAID stands for COMPLETED too, since the model ignores the time of the booking. An act is the list of the states that
 * it brings an order to, one after the other: a crash may leave any one of them, or none, and nothing in between.
 */
export const MINUTE = 60;
export const DAY = 86_400;
const QUOTE_LIVES = 30 * MINUTE;
const TIME_TO_PAY = DAY;

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
  /** The invoice at the provider, which may know more than we do. */
  invoice: Invoice | undefined;
  /** The events that the provider sent, or would send. */
  events: readonly Event[];
  /** The sums that we know. */
  paid: number;
  refunded: number;
  dollars: number;
  /** Each rise of these sums, as it is stored. */
  payments: readonly string[];
  /** A notice named dollars, whatever the provider answered. */
  dollarsNoticed: boolean;
  /** The largest refund that a notice named; null if no notice told of one. */
  refundNoticed: number | null;
  /** The refunds that exceptions name; null if there is no such exception. */
  refundTold: number | null;
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

export const done = (...states: Order[]): Act => ({ states, refusals: [] });
export const refused = (...refusals: string[]): Act => ({ states: [], refusals });

export const sum = (quantities: readonly number[]) => quantities.reduce((total, quantity) => total + quantity, 0);

export const statusOf = ({ walk }: Order) => walk.at(-1) as Status;
export const totalOf = ({ basket, excess }: Order) => excess + sum((BASKETS[basket] ?? []).map(({ amount }) => amount));
export const awaitsMoney = (order: Order) =>
  order.confirmed && ['PENDING_PAYMENT', 'EXPIRED', 'CANCELLED'].includes(statusOf(order));

export function move(order: Order, to: Status, changes: Partial<Order> = {}): Order {
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
    invoice: undefined,
    events: [],
    paid: 0,
    refunded: 0,
    dollars: 0,
    payments: [],
    dollarsNoticed: false,
    refundNoticed: null,
    refundTold: null,
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
  const lacksOne = statusOf(order) === 'PENDING_PAYMENT' && order.invoice === undefined && now < order.payBy;
  return lacksOne ? [{ ...order, invoice: newInvoice(totalOf(order)) }] : [];
}

/** The provider expires an open invoice by its own clock. */
export function invoiceOf({ now }: World, { invoice, payBy }: Order): Invoice | undefined {
  return invoice !== undefined && isOpen(invoice) && payBy <= now ? { ...invoice, status: 'expired' } : invoice;
}
