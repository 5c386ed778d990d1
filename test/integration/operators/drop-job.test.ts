import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { audit } from '../../../src/audit/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { dropStuckJob, reportOrder } from '../../../src/operators/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { failedJob, queuedJobs } from '../../support/app/jobs.ts';
import { tryCancel } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder, until } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const BY = { actor: 'budi@operations', reason: 'The organization left, case 4711' };
const drop = (id: string) => dropStuckJob(app.database, systemClock, id, BY);

async function pending() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { id, client, order: await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' })) };
}

const spend = (id: string) =>
  app.db.query(`update graphile_worker._private_jobs set attempts = max_attempts where id = $1`, [id]);
const violationsOf = async (number: string) =>
  (await audit(app.database, systemClock)).violations.filter(({ subject }) => subject === number);

test('a mail to an organization that is gone is dropped: the audit is green, and the timeline says who and why', async () => {
  await app.sandbox.mail.refuse();
  const { client, order } = await pending();
  const job = await failedJob(app, 'send_order_mail', order.id);
  await app.sandbox.reset();
  await spend(job.id);
  expect((await violationsOf(order.number)).map(({ check }) => check)).toEqual(['job_has_attempts_left']);

  expect(await drop(job.id)).toMatchObject({ task: 'send_order_mail', order: { number: order.number } });
  expect((await queuedJobs(app, order.id)).filter(({ task }) => task === 'send_order_mail')).toEqual([]);
  expect(await violationsOf(order.number)).toEqual([]);
  expect((await readOrder(client, order.id)).status).toBe('PENDING_PAYMENT');
  expect((await reportOrder(app.database, order.number)).timeline.at(-1)).toMatchObject({
    from: 'PENDING_PAYMENT',
    to: 'PENDING_PAYMENT',
    cause: 'operator: job send_order_mail dropped',
    ...BY,
  });
  await app.sandbox.mail.accept();
});

test('the void of an invoice that Mekari Pay has lost is dropped', async () => {
  const { client, order } = await pending();
  await tryCancel(client, order.id);
  await app.sandbox.reset();
  await app.db.query(
    `select graphile_worker.add_job('void_invoice', json_build_object('orderId', $1::text, 'correlationId', 'test'), job_key := 'void_invoice:' || $1::text)`,
    [order.id],
  );
  const job = await failedJob(app, 'void_invoice', order.id);
  await drop(job.id);
  expect(await queuedJobs(app, `void_invoice:${order.id}`)).toEqual([]);
});

test('the booking of a paid order is never dropped: accounting would lack it', async () => {
  app.sandbox.moderator.faults.set([{ kind: 'status', status: 422 }]);
  const { order } = await pending();
  await app.sandbox.mekariPay.pay(order.number);
  const job = await failedJob(app, 'book_paid_pi', order.id);
  await expect(drop(job.id)).rejects.toThrow(
    `${job.id} books ${order.number}, which is paid: correct it with \`npm run orders -- rebook ${order.number}\` instead.`,
  );
  expect(await queuedJobs(app, `book_paid_pi:${order.id}`)).toHaveLength(1);
});

test('a job that runs is left alone', async () => {
  app.sandbox.mail.faults.set([{ kind: 'hang' }]);
  const { order } = await pending();
  const [job] = await until(
    () => queuedJobs(app, `awaiting_payment:${order.id}`),
    ([queued]) => queued?.locked_by != null,
  );
  await expect(drop(job?.id ?? '')).rejects.toThrow(/\(send_order_mail\) is running: wait until the attempt has ended/);
});

test('a recurring job and an unknown one are refused', async () => {
  const [recurring] = await app.db.query<{ id: string }>(
    `select id::text from graphile_worker.add_job('reconcile', job_key := 'reconcile_test', flags := array['recurring'], run_at := now() + interval '1 hour')`,
  );
  await expect(drop(recurring?.id ?? '')).rejects.toThrow(
    'is reconcile, which runs periodically: it cannot be dropped.',
  );
  await expect(drop('999999999')).rejects.toThrow(
    'There is no job 999999999: `npm run jobs -- list` lists the stuck ones.',
  );
  await app.db.query(`select graphile_worker.remove_job('reconcile_test')`);
});
