import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, until, untilStatus } from '../../support/app/purchase.ts';
import { balances } from '../../support/app/webhook.ts';
import { type Relay, startRelay } from '../../support/neighbours/relay.ts';

let app: TestApp;
let moderator: Relay;

beforeAll(async () => {
  moderator = await startRelay();
  app = await startApp({ env: { MODERATOR_URL: moderator.url, UPSTREAM_TIMEOUT_MS: '15000' } });
  moderator.setTarget(app.sandbox.moderator.url);
});

afterEach(async () => {
  moderator.clear();
  await app.sandbox.reset();
});
afterAll(async () => {
  await app.close();
  await moderator.stop();
});

/** A paid order whose booking waits at Moderator: the job is in flight until it is released. */
async function booking() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  const held = moderator.hold(({ path }) => path.endsWith('/paid_pi'), 'call');
  await app.sandbox.mekariPay.pay(order.number);
  await held.reached;
  return { id, client, order, goOn: held.release };
}

/** Cuts every connection of the job runner. Returns their number. */
async function cut(): Promise<number> {
  const rows = await app.db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'self-topup-jobs'`,
  );
  return rows.length;
}

const bookingJobs = async (orderId: string) =>
  (await queuedJobs(app, orderId)).filter(({ task }) => task === 'book_paid_pi');
const untilBooked = (orderId: string) =>
  until(
    () => bookingJobs(orderId),
    (jobs) => jobs.length === 0,
  );
const events = (event: string) => app.logs.filter((line) => line['event'] === event);

async function expectBookedOnce({ id, client, order }: Awaited<ReturnType<typeof booking>>, attempts: number) {
  const completed = await untilStatus(client, order.id, 'COMPLETED');
  expect(completed.timeline.map(({ to }) => to)).toEqual(['DRAFT', 'PENDING_PAYMENT', 'PAID', 'COMPLETED']);
  expect(app.sandbox.moderator.bookings()).toMatchObject([
    { attempts, pi_number: completed.paidInvoiceNumber, request: { order_number: order.number } },
  ]);
  expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
}

test('the runner starts again after the database went down during a job and during the record of its failure; the job is released and runs again', async () => {
  const paid = await booking();
  const [job] = await bookingJobs(paid.order.id);
  // It is booked, but the answer does not reach us.
  app.sandbox.moderator.faults.set([{ kind: 'drop-answer', times: 1 }]);
  const holder = new pg.Client({ connectionString: app.db.url });
  await holder.connect();
  try {
    // The update that records the failure waits here, and its connection is cut.
    await holder.query('begin');
    await holder.query('select from graphile_worker._private_jobs where id = $1 for update', [job?.id]);
    expect(await cut()).toBeGreaterThan(0);
    paid.goOn();
    await until(cut, () => events('worker_restarts').length > 0);
  } finally {
    await holder.end();
  }
  await until(
    async () => app.worker?.isRunning,
    (isRunning) => isRunning === true,
  );
  await expectBookedOnce(paid, 2);
  await untilBooked(paid.order.id);
  expect(events('dead_workers_freed')).not.toEqual([]);
}, 90_000);
