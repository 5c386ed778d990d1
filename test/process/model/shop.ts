import { randomUUID } from 'node:crypto';
import type { Delivery } from '../../../sandbox/index.ts';
import { retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import type { TestApp } from '../../support/app/app.ts';
import { codes, type Outcome, tryCancel, tryCheck, tryConfirm, tryCreate } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { until } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';
import type { MortalServer } from './mortal-server.ts';
import { BASKETS, type Confirm, OWED } from './order-model.ts';

/** The clock moves only on command, so that the model knows the time to the second. */
export interface Time {
  now(): Date;
  advance(seconds: number): void;
}

interface KnownOrder {
  id: string;
  number: string;
  organization: number;
  /** The total that the buyer saw last. */
  total: string;
  confirmKey: string;
  /** The provider's events of it, oldest first; none is sent automatically. */
  events: Pick<Delivery, 'id' | 'body'>[];
}

/** The real objects behind one sequence of commands: organizations of its own, and their orders. */
export interface Shop {
  landlord: TestApp;
  server: MortalServer;
  time: Time;
  organizations: { id: string; token: string }[];
  orders: KnownOrder[];
  /** The commands in words, for the report of a failure. */
  trace: string[];
}

export async function openShop(landlord: TestApp, server: MortalServer, time: Time): Promise<Shop> {
  const { sandbox } = landlord;
  const organizations = OWED.map(async (quantity) => {
    const excess = [{ key: 'wa_balance_excess', period: '2026-10', quantity }];
    const id = addOrganization(sandbox, '1001', { excess });
    return { id, token: await sandbox.auth.token({ organization_id: id }) };
  });
  return { landlord, server, time, organizations: await Promise.all(organizations), orders: [], trace: [] };
}

export function knownOrder({ orders }: Shop, index: number): KnownOrder {
  const order = orders[index];
  if (order === undefined) throw new Error(`there is no order ${index}`);
  return order;
}

function client({ organizations }: Shop, app: TestApp, organization: number): TestClient {
  return createTestClient(app.url, organizations[organization]?.token ?? '');
}

function recordOutcome(order: KnownOrder, outcome: Outcome): string[] {
  if (outcome.order !== null) order.total = outcome.order.total.amount;
  return codes(outcome);
}

export async function create(shop: Shop, app: TestApp, organization: number, basket: number, key: string) {
  const items = (BASKETS[basket] ?? []).map(({ code, quantity }) => [code, String(quantity)]);
  const id = shop.organizations[organization]?.id ?? '';
  const { order } = await tryCreate(client(shop, app, organization), id, Object.fromEntries(items), key);
  if (order === null) throw new Error('the order was refused');
  return order;
}

export function remember({ orders }: Shop, organization: number, { id, number, total }: OrderFragment): void {
  orders.push({ id, number, organization, total: total.amount, confirmKey: randomUUID(), events: [] });
}

export async function confirm(shop: Shop, app: TestApp, index: number, how: Confirm): Promise<string[]> {
  const order = knownOrder(shop, index);
  const amount = how === 'at another total' ? `${order.total}1` : order.total;
  const key = how === 'as before' ? order.confirmKey : randomUUID();
  const shown = { id: order.id, total: { amount, currencyCode: 'IDR' as const } };
  return recordOutcome(order, await tryConfirm(client(shop, app, order.organization), shown, key));
}

export async function cancel(shop: Shop, app: TestApp, index: number): Promise<string[]> {
  const order = knownOrder(shop, index);
  return recordOutcome(order, await tryCancel(client(shop, app, order.organization), order.id));
}

export async function check(shop: Shop, app: TestApp, index: number): Promise<string[]> {
  const order = knownOrder(shop, index);
  return recordOutcome(order, await tryCheck(client(shop, app, order.organization), order.id));
}

/** The buyer pays, or pays again, at the provider; the webhook is not sent yet. */
export async function pay(shop: Shop, index: number, payment: { amount?: number; currency?: string }): Promise<void> {
  const { number, events } = knownOrder(shop, index);
  const options = { ...payment, again: true, webhook: false };
  events.push((await shop.landlord.sandbox.mekariPay.payLate(number, options)).delivery);
}

export async function payPart(shop: Shop, index: number, amount: number): Promise<void> {
  const { number, events } = knownOrder(shop, index);
  events.push((await shop.landlord.sandbox.mekariPay.payPart(number, { amount, webhook: false })).delivery);
}

export async function giveBack(
  shop: Shop,
  index: number,
  how: 'refunded' | 'chargeback',
  amount: number,
): Promise<void> {
  const { number, events } = knownOrder(shop, index);
  const act = how === 'refunded' ? 'refund' : 'chargeback';
  events.push((await shop.landlord.sandbox.mekariPay[act](number, { amount, webhook: false })).delivery);
}

export async function providerSays(shop: Shop, index: number, what: 'expire' | 'fail'): Promise<void> {
  const { number, events } = knownOrder(shop, index);
  events.push((await shop.landlord.sandbox.mekariPay[what](number, { webhook: false })).delivery);
}

/** An event that is signed as the provider's, for an order without an invoice. */
export function inventPayment(shop: Shop, index: number): void {
  const { number, total, events } = knownOrder(shop, index);
  const data = { invoice_id: `inv_${randomUUID()}`, external_id: number, amount: Number(total), currency: 'IDR' };
  const body = { type: 'invoice.paid', timestamp: shop.time.now().toISOString(), data };
  events.push({ id: `msg_${randomUUID()}`, body: JSON.stringify(body) });
}

/** Sends the webhook of an event, this many at once. Returns the answers other than 200. */
export async function tell(shop: Shop, app: TestApp, index: number, event: number, times = 1): Promise<string[]> {
  const { id = '', body = '' } = knownOrder(shop, index).events[event] ?? {};
  const webhook = { id, body, url: `${app.url}/webhooks/mekari-pay` };
  const attempts = Array.from({ length: times }, () => shop.landlord.sandbox.mekariPay.sendRaw(webhook));
  return (await Promise.all(attempts)).map(({ status }) => String(status)).filter((status) => status !== '200');
}

/** Runs the invoice jobs that are due by our clock; PostgreSQL's own clock has not moved. */
export async function runDueInvoiceJobs({ landlord, time, orders }: Shop): Promise<void> {
  const due = `select id::text from graphile_worker.jobs
    where task_identifier = 'issue_invoice' and run_at <= $1 and split_part(key, ':', 2) = any($2)`;
  const jobs = () => landlord.db.query<{ id: string }>(due, [time.now(), orders.map(({ id }) => id)]);
  const ids = (await jobs()).map(({ id }) => id);
  if (ids.length === 0) return;
  await retryJobs(landlord.database, ids);
  // Notifies the workers as a new job does, so that they do not wait for their next poll.
  await landlord.db.query(`select pg_notify('jobs:insert', '{"count":1}')`);
  await until(jobs, (left) => left.length === 0);
}

/** Waits until no hint of these orders awaits its check. */
export async function untilChecked({ landlord, orders }: Shop): Promise<void> {
  const checks = `select from graphile_worker.jobs where task_identifier = 'check_payment' and right(key, 36) = any($1)`;
  await until(
    () => landlord.db.query(checks, [orders.map(({ id }) => id)]),
    (jobs) => jobs.length === 0,
  );
}

/** Waits until these orders have no job. */
export async function untilAtRest({ landlord, orders }: Shop): Promise<void> {
  const ofOrders = `select from graphile_worker.jobs where right(key, 36) = any($1)`;
  await until(
    () => landlord.db.query(ofOrders, [orders.map(({ id }) => id)]),
    (jobs) => jobs.length === 0,
  );
}
