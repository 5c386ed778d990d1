import { isDeepStrictEqual } from 'node:util';
import type { QueryResultRow } from 'pg';
import { expect } from 'vitest';
import { assertInvariants } from '../../support/database/invariants.ts';
import { invoiceOf, type Order, statusOf, totalOf, type World } from './order-model.ts';
import { knownOrder, type Shop } from './shop.ts';

export interface StoredOrder {
  id: string;
  status: string;
  total: string;
  askedAt: Date | null;
  paidInvoiceNumber: string | null;
  walk: string[];
  inbox: string[];
  payments: string[];
}

/** The orders as PostgreSQL has them, in the order of their creation. */
export async function storedOrders({ landlord, orders }: Shop): Promise<StoredOrder[]> {
  const rows = await landlord.db.query<StoredOrder>(
    `select o.id, o.status, o.total::text, payment_checked_at as "askedAt", paid_invoice_number as "paidInvoiceNumber",
            array(select case when from_status = 'COMPLETED' and to_status = 'COMPLETED' then 'PAID' else to_status end
                  from topup_order_events where order_id = o.id order by id) as walk,
            array(select source || ' ' || type || ': ' || outcome ||
                    case when outcome in ('surplus', 'refunded', 'to_give_back') then ' ' || coalesce(amount::text, '?') else '' end
                  from payment_events where order_id = o.id order by id) as inbox,
            array(select kind || ' ' || coalesce(amount::text, original_amount) || ' ' || original_currency
                  from order_payments where order_id = o.id order by recorded_at, kind) as payments
     from topup_orders o where o.id = any($1)`,
    [orders.map(({ id }) => id)],
  );
  return orders.map(({ id, number }) => {
    const row = rows.find((other) => other.id === id);
    if (row === undefined) throw new Error(`order ${number} is not stored`);
    return row;
  });
}

/** The real state that the model covers. The time at which accounting books an order is outside the model. */
async function readOrders(shop: Shop) {
  const { mekariPay } = shop.landlord.sandbox;
  return (await storedOrders(shop)).map((stored, index) => ({
    status: stored.status === 'COMPLETED' ? 'PAID' : stored.status,
    walk: stored.walk.filter((status) => status !== 'COMPLETED'),
    total: stored.total,
    inbox: stored.inbox,
    payments: stored.payments,
    askedAt: stored.askedAt === null ? null : stored.askedAt.getTime() / 1000,
    invoices: mekariPay.invoices(shop.orders[index]?.number).map(({ status }) => status),
  }));
}

/** The same state from the model. */
function modelled(world: World, order: Order) {
  const invoice = invoiceOf(world, order);
  return {
    status: statusOf(order),
    walk: order.walk,
    total: String(totalOf(order)),
    inbox: order.inbox.map(({ outcome }) => outcome),
    payments: order.payments,
    askedAt: order.askedAt,
    invoices: invoice === undefined ? [] : [invoice.status],
  };
}

async function readCounters({ landlord, organizations }: Shop) {
  const rows = await landlord.db.query<{ organization: string; counter: string; count: string }>(
    `select organization_id as organization, counter, count::text
     from organization_packages, lateral (values (quota_code, balance), (quota_code || ' excess', excess_settled))
       as counts (counter, count)
     where organization_id = any($1) and count <> 0`,
    [organizations.map(({ id }) => id)],
  );
  return organizations.map(({ id }) =>
    Object.fromEntries(rows.filter((row) => row.organization === id).map(({ counter, count }) => [counter, count])),
  );
}

function modelledCounters({ orders }: World, organization: number): Record<string, string> {
  const counters: Record<string, number> = {};
  for (const order of orders.filter((other) => other.organization === organization)) {
    const counts = [...Object.entries(order.credited), ['wa_balance excess', order.settledExcess] as const];
    for (const [counter, count] of counts) counters[counter] = (counters[counter] ?? 0) + count;
  }
  const risen = Object.entries(counters).filter(([, count]) => count !== 0);
  return Object.fromEntries(risen.map(([counter, count]) => [counter, String(count)]));
}

export async function expectSame(world: World, shop: Shop): Promise<void> {
  const found = { orders: await readOrders(shop), counters: await readCounters(shop) };
  expect(found).toEqual({
    orders: world.orders.map((order) => modelled(world, order)),
    counters: shop.organizations.map((_, organization) => modelledCounters(world, organization)),
  });
}

/** After a crash each order is unchanged, or in one of the states of the act. Reads which one it is. */
export async function recognise(world: World, shop: Shop, states: ReadonlyMap<number, Order[]>): Promise<void> {
  const found = await readOrders(shop);
  for (const [index, order] of world.orders.entries()) {
    const possible = [order, ...(states.get(index) ?? [])];
    const state = possible.findLast((candidate) => isDeepStrictEqual(modelled(world, candidate), found[index]));
    if (state === undefined) expect(found[index]).toEqual(modelled(world, possible.at(-1) ?? order));
    world.orders[index] = state ?? order;
    // A caller without an answer reads the order again.
    knownOrder(shop, index).total = found[index]?.total ?? '';
  }
}

/** No organization has an order that the model does not know. */
export async function expectAllKnown({ landlord, organizations, orders }: Shop): Promise<void> {
  const sql = `select id from topup_orders where organization_id = any($1) order by created_at`;
  const stored = await landlord.db.query<{ id: string }>(sql, [organizations.map(({ id }) => id)]);
  expect(stored.map(({ id }) => id)).toEqual(orders.map(({ id }) => id));
}

/** The rows of this sequence only: an earlier failed one must not fail this one too. */
export function expectInvariants({ landlord, organizations, orders }: Shop): Promise<void> {
  const ours = new Set([...organizations, ...orders].map(({ id }) => id).concat(orders.map(({ number }) => number)));
  const concernsUs = (row: QueryResultRow) => Object.values(row).some((value) => ours.has(String(value)));
  const query = async <R extends QueryResultRow>(sql: string) => (await landlord.db.query<R>(sql)).filter(concernsUs);
  return assertInvariants({ ...landlord.db, query });
}
