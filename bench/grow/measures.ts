import { randomUUID } from 'node:crypto';
import { createMutationTrail } from '../../src/action-trail/index.ts';
import { rupiahAmount } from '../../src/kernel/amount.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { SettledExcessLoader } from '../../src/ledger/index.ts';
import type { OrderStatus, TopupOrder } from '../../src/orders/index.ts';
import { pageArgs } from '../../src/orders/rules/page.ts';
import { Reconcile, SettlePayment } from '../../src/payments/index.ts';
import { cursorOf } from '../../src/platform/graphql/page.ts';
import type { RequestContext } from '../../src/platform/server/request-context.ts';
import { median } from '../neighbours/load.ts';
import { LARGE_ORGANIZATION } from './fill-orders.ts';
import type { Side } from './side.ts';

/** Milliseconds by action, for one round on one side. */
export type Times = Map<string, number>;

const ORDERS_OF_A_PAGE = 20;
/** A status that fills a page on both sides, and one that is rare. */
const STATUSES = ['COMPLETED', 'REFUNDED'] satisfies OrderStatus[];
const DRAFTS = 10;
const SUPPORTED = 50;
/** A read takes less than a millisecond, and the earlier actions of the round evict the processor's caches. */
const READS = 5;

/** Runs each action once through the product's services, for an organization with few orders and for the large one. */
export async function measure(side: Side, round: number): Promise<Times> {
  const times: Times = new Map();
  const usual = String(Number(LARGE_ORGANIZATION) + 1 + ((round * 7919) % (side.extent.organizations - 1)));
  for (const [whose, id] of [
    ['few orders', usual],
    ['many orders', LARGE_ORGANIZATION],
  ] as const) {
    // This runs once, before any other query of the organization, so it includes reading its rows from disk.
    if (id === usual) await timer(times, whose)('history, first page, at first', () => history(side, id));
    await reads(side, id, timer(times, whose, READS));
    await purchase(side, id, timer(times, whose));
  }
  await ofAll(side, usual, timer(times, 'all'));
  return times;
}

type Timed = <T>(what: string, work: () => Promise<T>) => Promise<T>;

/** The median over this many runs of each action. */
function timer(times: Times, whose: string, runs = 1): Timed {
  return async (what, work) => {
    const taken: number[] = [];
    const run = async () => {
      const start = performance.now();
      const answer = await work();
      taken.push(performance.now() - start);
      return answer;
    };
    let answer = await run();
    while (taken.length < runs) answer = await run();
    times.set(`${what} | ${whose}`, median(taken));
    return answer;
  };
}

/** Each run uses a new request context, so nothing is cached from the previous one. */
function request(side: Side, organizationId: string, scope: 'topup:write' | 'topup:support'): RequestContext {
  const caller = { subject: 'bench', organizationId, scopes: new Set([scope]) };
  return { caller, correlationId: randomUUID(), startedAt: performance.now(), log: side.log, logFields: {} };
}

async function reads(side: Side, id: string, timed: Timed): Promise<void> {
  const { orders, balances } = side.services;
  const asked = () => request(side, id, 'topup:write');
  await timed('history, first page', () => history(side, id));
  const after = await lateCursor(side, id);
  if (after !== undefined) await timed('history, a late page', () => history(side, id, { after }));
  await timed('history, two statuses', () => history(side, id, { status: STATUSES }));
  await timed('totalCount', () => orders.count(asked(), id, pageArgs({}).filter));
  await timed('totalCount, two statuses', () => orders.count(asked(), id, pageArgs({ status: STATUSES }).filter));
  await timed('balances', () => balances.ofOrganization(asked(), id));
  await timed('settled excess', () => new SettledExcessLoader(side.callers).ofOrganization(asked(), id));
}

async function history(side: Side, id: string, args: Parameters<typeof pageArgs>[0] = {}): Promise<void> {
  const { orders } = side.services;
  const of = request(side, id, 'topup:write');
  const { orders: found } = await orders.page(of, id, pageArgs({ first: ORDERS_OF_A_PAGE, ...args }));
  await Promise.all(found.flatMap((order) => [orders.linesOf(of, order.id), orders.eventsOf(of, order.id)]));
}

/** An order with a page and a half of older ones. */
async function lateCursor({ database }: Side, id: string): Promise<string | undefined> {
  const [row]: { id: string; createdAt: Date }[] = await database.query(
    `select id, created_at as "createdAt" from topup_orders where organization_id = $1
     order by created_at, id offset ${ORDERS_OF_A_PAGE * 1.5} limit 1`,
    [id],
  );
  return row && cursorOf(row);
}

async function purchase(side: Side, id: string, timed: Timed): Promise<void> {
  known(side, id);
  const { createOrder, confirmOrder } = side.services;
  const asked = () => request(side, id, 'topup:write');
  const input = { items: [{ optionId: `${id}:agent_extra`, quantity: 2n }], idempotencyKey: randomUUID() };
  const create = recorded(side, 'createTopupOrder', asked(), input, (request) => createOrder.create(request, input));
  const draft = ordered(await timed('create', create));
  const wanted = { orderId: draft.id, expectedTotal: draft.total, idempotencyKey: randomUUID() };
  const confirm = recorded(side, 'confirmOrder', asked(), wanted, (request) => confirmOrder.confirm(request, wanted));
  const order = ordered(await timed('confirm', confirm));
  const settlement = new SettlePayment(side.database, systemClock, () => undefined);
  const { outcome } = await timed('settle', () => settlement.settle(reportOf(order)));
  if (outcome !== 'settled') throw new Error(`the payment was ${outcome}`);
}

/** Enters the mutation in the action trail, as the schema does: the audit wants it there. */
function recorded<T>(
  side: Side,
  name: string,
  request: RequestContext,
  input: object,
  run: (request: RequestContext) => Promise<T>,
): () => Promise<T> {
  const trail = createMutationTrail(side.callers, systemClock);
  return () => trail.around({ name, args: { input }, request }, () => run(request)) as Promise<T>;
}

const reportOf = (order: TopupOrder) => ({
  provider: order.paymentProvider,
  source: 'webhook' as const,
  eventId: randomUUID(),
  notice: paymentOf(order),
});

const paymentOf = (order: TopupOrder) => ({
  type: 'invoice.paid',
  orderNumber: order.number,
  invoiceId: order.paymentInvoiceId ?? '',
  paid: rupiahAmount(order.total),
  refunded: null,
  currency: 'IDR',
  paidAt: new Date(),
  paymentMethod: 'va_bni',
});

async function ofAll(side: Side, usual: string, timed: Timed): Promise<void> {
  const { createOrder, orders, balances } = side.services;
  // No call goes to Mekari Pay: the measure is the query that selects the orders to check.
  const unasked = { check: () => Promise.resolve('unpaid' as const) };
  const { paymentProvider } = side.neighbours;
  const reconcile = new Reconcile(
    side.database,
    paymentProvider,
    unasked as never,
    systemClock,
    side.log,
    () => undefined,
  );
  await timed('poll: choosing', () => reconcile.run());
  for (let draft = 0; draft < DRAFTS; draft++) {
    const input = { items: [{ optionId: `${usual}:agent_extra`, quantity: 1n }], idempotencyKey: randomUUID() };
    const { id } = ordered(await createOrder.create(request(side, usual, 'topup:write'), input));
    await side.database.query('update topup_orders set quote_expires_at = now() where id = $1', [id]);
  }
  await timed(`poll, and ${DRAFTS} drafts expire`, () => reconcile.run());
  await timed('gauges of /metrics', () => side.server.inject({ url: '/metrics' }));
  const first = Number(LARGE_ORGANIZATION);
  const many = Array.from({ length: SUPPORTED }, (_, index) => String(first + index));
  await timed(`${SUPPORTED} organizations, for support`, async () => {
    const of = request(side, usual, 'topup:support');
    const page = pageArgs({ first: 10 });
    await Promise.all(
      many.map(async (id) => {
        await balances.ofOrganization(of, id);
        const found = (await orders.page(of, id, page)).orders;
        await Promise.all(found.flatMap((order) => [orders.linesOf(of, order.id), orders.eventsOf(of, order.id)]));
      }),
    );
  });
}

/** hub-core knows the buying organizations too. */
function known({ sandbox }: Side, id: string): void {
  const { organizations } = sandbox.hubCore;
  const model = organizations.get('1001');
  if (model === undefined) throw new Error('the sandbox has no organization 1001');
  if (organizations.get(id) === undefined) organizations.set({ ...model, id, excess: [] });
}

function ordered({ order, userErrors }: { order?: TopupOrder; userErrors: readonly unknown[] }): TopupOrder {
  if (order === undefined || userErrors.length > 0) throw new Error(`refused: ${JSON.stringify(userErrors)}`);
  return order;
}
