import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { failedJob, queuedJobs } from '../../support/app/jobs.ts';
import { codes, tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder, until, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { balances, inbox, invoiceEvent } from '../../support/app/webhook.ts';
import { deliver, signed } from '../../support/http/raw-delivery.ts';
import { type Relay, type RelayedCall, startRelay } from '../../support/neighbours/relay.ts';

let app: TestApp;
let pay: Relay;

beforeAll(async () => {
  pay = await startRelay();
  app = await startApp({ env: { MEKARI_PAY_URL: pay.url, UPSTREAM_TIMEOUT_MS: '15000' } });
  pay.setTarget(app.sandbox.mekariPay.url);
});

afterEach(async () => {
  pay.clear();
  await app.sandbox.reset();
});
afterAll(async () => {
  await app.close();
  await pay.stop();
});

async function draft() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { id, client, order: await createOrder(client, id, { wa_balance: '1000000' }) };
}

async function pending() {
  const fixture = await draft();
  return { ...fixture, order: await confirmOrder(fixture.client, fixture.order) };
}

const LOOK_UP = ({ method, path }: RelayedCall) => method === 'GET' && path.includes('external_id=');
const CREATION = ({ method, path }: RelayedCall) => method === 'POST' && path.endsWith('/invoices');

/** A confirmed order without its invoice: the look-up found none, and the creation waits at Mekari Pay. */
async function beforeInvoice() {
  const fixture = await draft();
  const creation = pay.hold(CREATION, 'call');
  const confirming = tryConfirm(fixture.client, fixture.order);
  await creation.reached;
  return { ...fixture, makeInvoice: () => [creation.release(), confirming][1] as typeof confirming };
}

const invoiceStatuses = (number: string) => app.sandbox.mekariPay.invoices(number).map(({ status }) => status);
const untilVoid = (number: string) =>
  until(
    async () => invoiceStatuses(number),
    (statuses) => statuses.length === 1 && statuses[0] === 'void',
  );
const tos = ({ timeline }: OrderFragment) => timeline.map(({ to }) => to);

describe('an invoice arrives while the order is being cancelled', () => {
  test('after the cancel looked for it and ended: it is voided all the same, and nobody is asked to pay it', async () => {
    const { client, order, makeInvoice } = await beforeInvoice();
    expect((await tryCancel(client, order.id)).order?.status).toBe('CANCELLED');
    expect(invoiceStatuses(order.number)).toEqual([]);
    const confirmed = await makeInvoice();
    expect(confirmed.order).toMatchObject({ status: 'CANCELLED', paymentUrl: null });
    await untilVoid(order.number);
    await until(
      () => queuedJobs(app, order.id),
      (jobs) => jobs.every(({ task }) => task !== 'send_order_mail'),
    );
    const subjects = app.sandbox.mail.messages().map(({ subject }) => subject);
    const about = subjects.filter((subject) => subject.includes(order.number));
    expect(about.filter((subject) => !/has been cancelled|telah dibatalkan/.test(subject))).toEqual([]);
  });

  test('after the cancel looked for it and before it was stored: it is void when the cancel is answered', async () => {
    const { client, order, makeInvoice } = await beforeInvoice();
    const lookedUp = pay.hold(LOOK_UP, 'answer');
    const cancelling = tryCancel(client, order.id);
    await lookedUp.reached;
    expect((await makeInvoice()).order?.paymentUrl).not.toBeNull();
    lookedUp.release();
    expect((await cancelling).order?.status).toBe('CANCELLED');
    expect(invoiceStatuses(order.number)).toEqual(['void']);
  });
});

test('the poll ends the order while its cancel awaits the answer to the void: the cancel succeeds', async () => {
  const { client, order } = await pending();
  const voided = pay.hold(({ path }) => path.endsWith('/void'), 'answer');
  const cancelling = tryCancel(client, order.id);
  await voided.reached;
  await app.reconcile();
  expect(tos(await readOrder(client, order.id))).toEqual(['DRAFT', 'PENDING_PAYMENT', 'CANCELLED']);
  voided.release();
  const { order: cancelled, userErrors } = await cancelling;
  expect({ status: cancelled?.status, userErrors }).toEqual({ status: 'CANCELLED', userErrors: [] });
  expect(tos(await readOrder(client, order.id))).toEqual(['DRAFT', 'PENDING_PAYMENT', 'CANCELLED']);
});

describe('an invoice arrives while the order expires', () => {
  /** The invoice has an expiry of its own: the waiting call carries the one of the confirm. */
  const endTimeToPay = ({ id }: OrderFragment) =>
    app.db.query(`update topup_orders set payment_expires_at = now() where id = $1`, [id]);

  test('after the order expired: it is voided all the same', async () => {
    const { client, order, makeInvoice } = await beforeInvoice();
    await endTimeToPay(order);
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('EXPIRED');
    expect(invoiceStatuses(order.number)).toEqual([]);
    expect((await makeInvoice()).order?.status).toBe('EXPIRED');
    await untilVoid(order.number);
  });

  test('after the last look-up and before it was stored: the order expires in the next run, with its invoice void', async () => {
    const { client, order, makeInvoice } = await beforeInvoice();
    await endTimeToPay(order);
    // The job looks up payments, a missing invoice, and the invoices to void.
    for (const _ of ['payment', 'invoice']) pay.hold(LOOK_UP, 'answer').release();
    const last = pay.hold(LOOK_UP, 'answer');
    const reconciling = app.reconcile();
    await last.reached;
    await makeInvoice();
    last.release();
    await reconciling;
    expect((await readOrder(client, order.id)).status).toBe('PENDING_PAYMENT');
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('EXPIRED');
    expect(invoiceStatuses(order.number)).toEqual(['void']);
  });
});

describe('the void of an invoice that arrived after the cancel', () => {
  /** The job's first attempt met a failing Mekari Pay; it has recovered, and the job waits. */
  async function failedVoid() {
    const { id, client, order, makeInvoice } = await beforeInvoice();
    await tryCancel(client, order.id);
    app.sandbox.mekariPay.faults.set([{ kind: 'status', status: 503, match: { path: '/void' } }]);
    await makeInvoice();
    const job = await failedJob(app, 'void_invoice', order.id);
    expect(job.last_error).toBe('mekari-pay unavailable: it answered 503');
    expect(invoiceStatuses(order.number)).toEqual(['pending']);
    return { id, client, order, retry: () => retryJobs(app.database, [job.id]) };
  }

  test('is retried until it is void', async () => {
    const { client, order, retry } = await failedVoid();
    app.sandbox.mekariPay.faults.clear();
    await retry();
    await untilVoid(order.number);
    expect((await readOrder(client, order.id)).status).toBe('CANCELLED');
  });

  test('finds it paid: the order is credited', async () => {
    const { id, client, order, retry } = await failedVoid();
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    app.sandbox.mekariPay.faults.clear();
    await retry();
    const completed = await untilStatus(client, order.id, 'COMPLETED');
    expect(tos(completed)).toEqual(['DRAFT', 'PENDING_PAYMENT', 'CANCELLED', 'PAID', 'COMPLETED']);
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
  });
});

/** Counts only waiting statements with this text, because the record of a mail waits for its order too. */
async function untilWaiting(count: number, text: string): Promise<void> {
  const waiters = `select from pg_stat_activity
    where datname = current_database() and application_name = 'self-topup' and wait_event_type = 'Lock'
      and position($1 in query) > 0`;
  await until(
    () => app.db.query(waiters, [text]),
    (rows) => rows.length === count,
  );
}

/**
 * Runs `work` while the order's row is locked, until this many statements wait for a lock; they find the result of
 * `meanwhile`.
 */
async function whileLocked<T>(
  orderId: string,
  [waiting, text]: [number, string],
  work: () => Promise<T>,
  meanwhile = 'select 1',
): Promise<T> {
  const holder = new pg.Client({ connectionString: app.db.url });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query('select from topup_orders where id = $1 for update', [orderId]);
    const result = work();
    await untilWaiting(waiting, text);
    await holder.query(meanwhile);
    await holder.query('commit');
    return await result;
  } finally {
    await holder.end();
  }
}

test('one of eight confirms with different keys for one order wins, and none blocks another', async () => {
  const { client, order } = await draft();
  const confirm = (other: TestClient) => tryConfirm(other, order);
  const outcomes = await whileLocked(order.id, [8, ''], () =>
    Promise.all(Array.from({ length: 8 }, () => confirm(client))),
  );
  expect(outcomes.flatMap(codes)).toEqual(Array(7).fill('INVALID_TRANSITION'));
  expect(tos(await readOrder(client, order.id))).toEqual(['DRAFT', 'PENDING_PAYMENT']);
  expect(invoiceStatuses(order.number)).toHaveLength(1);
});

describe('a payment is decided again when its order changes in between', () => {
  const tell = (event: object) => {
    const body = JSON.stringify(event);
    return deliver(app.url, body, signed(body, new Date()));
  };

  test('a cancelled order: the new decision credits it from there', async () => {
    const { id, client, order } = await pending();
    const cancelled = `update topup_orders set status = 'CANCELLED' where id = '${order.id}';
      insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
      values ('${order.id}', now(), 'PENDING_PAYMENT', 'CANCELLED', 'cancelTopupOrder', 'test')`;
    const { status } = await whileLocked(
      order.id,
      [1, 'is not distinct from'],
      () => tell(invoiceEvent(app, order)),
      cancelled,
    );
    expect(status).toBe(200);
    const steps = `select from_status, to_status from topup_order_events where order_id = $1 and to_status = 'PAID'`;
    expect(await app.db.query(steps, [order.id])).toEqual([{ from_status: 'CANCELLED', to_status: 'PAID' }]);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
  });

  test('an order with another invoice: nothing is credited, and the provider is asked', async () => {
    const { id, order } = await pending();
    const other = `update topup_orders set payment_invoice_id = 'inv_other' where id = '${order.id}'`;
    await whileLocked(order.id, [1, 'is not distinct from'], () => tell(invoiceEvent(app, order)), other);
    expect(await inbox(app, order.number)).toEqual(['webhook invoice.paid: hint']);
    expect(await balances(app, id)).toEqual({});
  });

  test('a paid order: the end of its invoice is an alert by then', async () => {
    const { order } = await pending();
    await whileLocked(order.id, [2, 'is not distinct from'], async () => {
      const paid = tell(invoiceEvent(app, order));
      await untilWaiting(1, 'is not distinct from');
      await Promise.all([paid, tell(invoiceEvent(app, order, {}, 'invoice.expired'))]);
    });
    expect(await inbox(app, order.number)).toEqual([
      'webhook invoice.paid: settled',
      'webhook invoice.expired: contradicts_payment',
    ]);
  });
});
