import { EventEmitter } from 'node:events';
import type { WorkerEvents } from 'graphile-worker';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillOrders, LARGE_ORGANIZATION, USUAL_ORGANIZATION } from '../../../bench/grow/fill-orders.ts';
import { listTrail, trailOfOrder } from '../../../src/action-trail/index.ts';
import { audit } from '../../../src/audit/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { reportOrder } from '../../../src/operators/index.ts';
import { awaitedSlips, listOrders } from '../../../src/orders/index.ts';
import { openPayments, reportMoney } from '../../../src/payments/index.ts';
import { connectDatabase, poolOf } from '../../../src/platform/database/data-source.ts';
import { asRole, ROLES } from '../../../src/platform/database/roles.ts';
import { watchSlots } from '../../../src/platform/jobs/slots.ts';
import { startUpkeep } from '../../../src/platform/jobs/upkeep.ts';
import { type OrderFragment, TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { follow, linkTo } from '../../support/app/documents.ts';
import { tryCancel, tryCheck } from '../../support/app/mutations.ts';
import { confirmOrder, createOrder, payUntilReview, readOrder, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { invoiceEvent } from '../../support/app/webhook.ts';
import { createDatabase } from '../../support/database/database.ts';
import { type Read, tellPlans, watchPlans } from '../../support/database/plans.ts';
import { deliver, signed } from '../../support/http/raw-delivery.ts';
import { scrape } from '../../support/telemetry/served-metrics.ts';

/** Tables that do not grow with the orders: a sequential scan costs less than an index there. */
const SMALL: Record<string, string> = {
  topup_configurations: 'the catalogue: a row per quota',
  feature_flags: 'a row per flag that was ever set',
  schema_migrations: 'a row per migration',
  job_workers: 'a row per worker that lived today',
  payment_exception_closings: 'a row per exception that an operator closed',
  order_give_backs: 'a row per sum that an operator gave back by hand',
  payment_lookup_failures: 'a row per order about whose invoice the provider says nothing at the moment',
  booking_corrections: 'a row per line that an operator had booked under another package code',
  event_subscriptions: 'a row per receiver that an operator subscribed',
  audit_runs: 'a row per night',
  refused_mail_addresses: 'a row per address that the mail server refuses',
  unsent_order_mails: 'a row per mail that nobody tries any more; all of them are read by time',
  migrations: 'the queue: a row per migration of its library',
  _private_jobs: 'the queue: a job that is done is gone',
  _private_tasks: 'a row per kind of job',
  _private_job_queues: 'jobs of ours are in no queue of their own',
};
/**
 * The limit for one step of a plan on one table: less than the large organization's orders here, and more than a page
 * of them.
 */
const MOST_OF_ONE = 200;
/** The same limit for steps over all organizations: more than the orders in flight here, and less than all orders. */
const MOST_OF_ALL = 1000;

const HISTORY = /* GraphQL */ `
  query ($of: [_Any!]!, $after: String, $status: [TopupOrderStatus!]) {
    _entities(representations: $of) { ... on Organization {
      topupOptions { code balance { balance } excessUsage { amount { amount } } }
      excessUsages { code }
      quotaBalances { code balance }
      topupOrders(first: 10, after: $after, status: $status) {
        pageInfo { endCursor } edges { node { id lines { code } timeline { to } } }
      }
    } }
  }
`;

const FOUND = /* GraphQL */ `
  query ($createdAfter: DateTime, $createdBefore: DateTime, $number: String, $status: [TopupOrderStatus!]) {
    topupOrders(createdAfter: $createdAfter, createdBefore: $createdBefore, number: $number, status: $status) {
      edges { node { number } }
    }
  }
`;

const STATEMENT = /* GraphQL */ `
  query ($after: String, $code: String) {
    topupOrganization { quotaLedger(first: 20, after: $after, code: $code) {
      pageInfo { endCursor } edges { node { balanceAfter reason order { number } } }
    } }
  }
`;

let app: TestApp;
let plans: ReturnType<typeof watchPlans>;
let jobs: pg.Pool;
let buyer: TestClient;
let support: TestClient;

beforeAll(async () => {
  const db = await createDatabase();
  const filler = await connectDatabase({ url: db.url, entities: [], migrations: [], poolSize: 1 });
  await fillOrders(filler, { orders: 4000, organizations: 400, largestHasOneIn: 10 });
  await filler.destroy();
  await tellPlans(db);
  // The limits count in the index, and no further than themselves.
  app = await startApp({ db, env: { MAX_ORDERS_AWAITING_PAYMENT: '1000', MAX_LIVE_DRAFTS: '1000' } });
  jobs = new pg.Pool({ connectionString: asRole(db.url, ROLES.background), max: 1 });
  plans = watchPlans(poolOf(app.callers.connections), poolOf(app.database), jobs);
  const model = app.sandbox.hubCore.organizations.get('1004');
  if (model === undefined) throw new Error('the sandbox has no organization 1004');
  const excess = [{ key: 'wa_balance_excess', period: '2026-10', quantity: 100 }];
  const components = ['waba', 'voice_call', 'chatbot_ai'];
  for (const id of [LARGE_ORGANIZATION, USUAL_ORGANIZATION])
    app.sandbox.hubCore.organizations.set({ ...model, id, components, excess });
  buyer = await app.client({ organization_id: LARGE_ORGANIZATION });
  support = await app.client({ scope: 'topup:support' });
});

afterAll(async () => {
  await jobs.end();
  await app.close();
});

const historyOf = (client: TestClient, ids: string[], page: { after?: string; status?: string[] } = {}) =>
  client.query(HISTORY, { of: ids.map((id) => ({ __typename: 'Organization', id })), ...page });

// Orders of the filled database that await payment claim excess of visitors.
const created = () => createOrder(buyer, LARGE_ORGANIZATION, { wa_balance: '2500000', agent_extra: '1' });
const confirmed = async () => confirmOrder(buyer, await created());
const booked = (order: OrderFragment) => untilStatus(buyer, order.id, 'COMPLETED');

async function beat(): Promise<void> {
  const events: WorkerEvents = new EventEmitter();
  const recurring = [{ name: 'upkept', intervalSeconds: 3600, run: async () => undefined }];
  const upkeep = startUpkeep(jobs, { events, slots: watchSlots(events), recurring, log: app.log });
  events.emit('pool:create', { workerPool: { id: 'a worker' } } as never);
  await upkeep.stop();
}

const OF_ONE: Record<string, () => Promise<unknown>> = {
  'the top-up page': () => buyer.query(TopupOptionsDocument, {}),
  'a page of the history, and the next one': async () => {
    const [first] = (await historyOf(buyer, [LARGE_ORGANIZATION]))._entities;
    await historyOf(buyer, [LARGE_ORGANIZATION], { after: first.topupOrders.pageInfo.endCursor });
  },
  'a page of the statement, and the next one, of all quotas and of one': async () => {
    const page = (after: string | null, code: string | null) => buyer.query(STATEMENT, { after, code });
    for (const code of [null, 'wa_balance']) {
      const { quotaLedger } = (await page(null, code)).topupOrganization;
      await page(quotaLedger.pageInfo.endCursor, code);
    }
  },
  'orders of two statuses': () => historyOf(buyer, [LARGE_ORGANIZATION], { status: ['PAYMENT_REVIEW', 'REFUNDED'] }),
  'orders of a time, of a number, and of both a number and a status': async () => {
    // The numbers of the filled orders have another form, so that each would be a part of one.
    const { id, number } = await created();
    await buyer.query(FOUND, {});
    await buyer.query(FOUND, { createdAfter: '2020-01-01T00:00:00Z', createdBefore: new Date().toISOString() });
    await buyer.query(FOUND, { createdBefore: '2020-01-01T00:00:00Z' });
    await buyer.query(FOUND, { number });
    await buyer.query(FOUND, { number: 'TU-990101-0000-0000' });
    await buyer.query(FOUND, { number, status: ['COMPLETED', 'CANCELLED'] });
    await support.query('query ($number: String!) { topupOrderByNumber(number: $number) { id } }', { number });
    await tryCancel(buyer, id);
  },
  'create, read, cancel a draft': async () => {
    const order = await created();
    await readOrder(buyer, order.id);
    await tryCancel(buyer, order.id);
  },
  'the documents of an order, and its quotation': async () => {
    const { id } = await created();
    await follow(app, await linkTo(buyer, id, 'QUOTATION'));
    await tryCancel(buyer, id);
  },
  'confirm, check, settle, book, mail': async () => {
    const order = await confirmed();
    await tryCheck(buyer, order.id);
    await app.sandbox.mekariPay.pay(order.number);
    await booked(order);
    await app.sandbox.mekariPay.resend(order.number);
  },
  'a payment of an order that was given up': async () => {
    const order = await confirmed();
    await tryCancel(buyer, order.id);
    await app.sandbox.mekariPay.payLate(order.number);
    await booked(order);
  },
  'a payment by an invoice that is not its own, and one under review': async () => {
    const order = await confirmed();
    const event = JSON.stringify(invoiceEvent(app, order, { invoice_id: 'inv_of_somebody' }));
    await deliver(app.url, event, signed(event, new Date()));
    await payUntilReview(app, buyer, order, { amount: 1 });
  },
};

const OF_ALL: Record<string, () => Promise<unknown>> = {
  'many organizations, for support': () =>
    historyOf(support, [LARGE_ORGANIZATION, ...Array.from({ length: 20 }, (_, index) => String(10_005 + index))]),
  // The count reads an index entry for every order of the organization, so it costs as much as the organization has orders.
  'the count of orders': () => buyer.query('{ topupOrders { totalCount } }'),
  // The run is stopped before it begins: it selects orders and processes none.
  'the selection of the poll and the expiry': () => app.services.reconcile.run(AbortSignal.abort()),
  'the pruning of drafts': () => app.services.pruneDrafts.run(),
  "the upkeep of the jobs' queue": beat,
  'the gauges': () => scrape(app),
  "an operator's report of one order": async () => {
    const { id, number } = await readOrder(buyer, (await created()).id);
    await reportOrder(app.database, number);
    await trailOfOrder(app.database, { id, number });
  },
  // A day in two years of orders.
  "the report of a month's money": () =>
    reportMoney(app.database, new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 7), {
      now: new Date(),
      onDay: () => undefined,
    }),
  'payment exceptions, for support': async () => {
    const of = 'query ($id: ID) { paymentExceptions(organizationId: $id) { edges { node { order { id } } } } }';
    await support.query(of, { id: null });
    await support.query(of, { id: LARGE_ORGANIZATION });
  },
  "an operator's lists": async () => {
    await openPayments(app.database);
    await listOrders(app.database, { statuses: ['PAYMENT_REVIEW'], organizationId: undefined, limit: 50 });
    await listOrders(app.database, { statuses: [], organizationId: undefined, limit: 50 });
    await listOrders(app.database, { statuses: [], organizationId: LARGE_ORGANIZATION, limit: 50 });
    for await (const _ of awaitedSlips(app.database)) break;
    await listTrail(app.database, { since: new Date(Date.now() - 3600_000), limit: 50 });
  },
};

/** The steps that read a table in full, or too much of it. */
const faults = (reads: readonly Read[], mostRows: number) =>
  reads
    .filter(({ table, way, rows }) => SMALL[table] === undefined && (way === 'Seq Scan' || rows > mostRows))
    .map(({ table, way, rows, statement }) => `${way}, ${rows} of ${table}: ${statement}`);

test.each(Object.entries(OF_ONE))('%s reads no more rows when the organization has more orders', async (_, work) => {
  const reads = await plans.during(work);
  expect(reads.length).toBeGreaterThan(0);
  expect(faults(reads, MOST_OF_ONE)).toEqual([]);
});

test.each(Object.entries(OF_ALL))('%s reads no growing table in full', async (_, work) => {
  const reads = await plans.during(work);
  expect(reads.length).toBeGreaterThan(0);
  expect(faults(reads, MOST_OF_ALL)).toEqual([]);
});

test('the audit of changes reads the counters of its own organizations only', async () => {
  const usual = await app.client({ organization_id: USUAL_ORGANIZATION });
  const reads = await plans.during(async () => {
    const [row] = await app.db.query<{ last: string }>('select max(id) as last from topup_order_events');
    await createOrder(usual, USUAL_ORGANIZATION, { wa_balance: '2500000' });
    await audit(app.database, systemClock, { since: BigInt(row?.last ?? 0) });
  });
  expect(reads.length).toBeGreaterThan(0);
  // A late answer to a payment may be among the changes: then the large organization's entries are too, a tenth of all.
  expect(faults(reads, 2 * MOST_OF_ALL)).toEqual([]);
});
