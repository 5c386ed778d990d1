import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { OperatorRefusal, reportOrder, retryOrder, sendMailAgain } from '../../../src/operators/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { failedJob, queuedJobs } from '../../support/app/jobs.ts';
import { tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import {
  confirmOrder,
  createOrder,
  payUntilReview,
  purchase,
  readOrder,
  until,
  untilStatus,
} from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const BY = { actor: 'budi@operations', reason: 'The buyer asked for it' };
const retry = (number: string) => retryOrder(app.database, systemClock, number, BY);
const again = (number: string) => sendMailAgain(app.database, systemClock, number, BY);

async function buyer() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { id, client, order: await createOrder(client, id, { wa_balance: '1000000' }) };
}

async function pending() {
  const fixture = await buyer();
  return { ...fixture, order: await confirmOrder(fixture.client, fixture.order) };
}

const mails = (number: string, subject: RegExp) =>
  app.sandbox.mail.messages().filter((mail) => mail.subject.includes(number) && subject.test(mail.subject));

describe('an order whose booking is stuck', () => {
  async function stuck() {
    app.sandbox.moderator.faults.set([{ kind: 'status', status: 503 }]);
    const fixture = await pending();
    await app.sandbox.mekariPay.pay(fixture.order.number);
    const job = await failedJob(app, 'book_paid_pi', fixture.order.id);
    app.sandbox.moderator.faults.clear();
    return { ...fixture, job };
  }

  test('is booked at once by a retry, with all the attempts again; the timeline has the name and the reason', async () => {
    const { client, order } = await stuck();
    await app.db.query(`update graphile_worker._private_jobs set attempts = max_attempts where key = $1`, [
      `book_paid_pi:${order.id}`,
    ]);
    expect((await retry(order.number)).jobs).toContain('book_paid_pi');
    const { timeline } = await untilStatus(client, order.id, 'COMPLETED');
    expect(timeline.map(({ to }) => to)).toEqual(['DRAFT', 'PENDING_PAYMENT', 'PAID', 'PAID', 'COMPLETED']);
    expect((await reportOrder(app.database, order.number)).timeline).toContainEqual(
      expect.objectContaining({ from: 'PAID', to: 'PAID', cause: 'operator: retried', ...BY }),
    );
    expect(
      app.sandbox.moderator.bookings().filter(({ request }) => request.order_number === order.number),
    ).toHaveLength(1);
  });

  test('is booked even when its job is lost', async () => {
    const { client, order, job } = await stuck();
    await app.db.query(`select graphile_worker.complete_jobs(array[$1::bigint])`, [job.id]);
    expect(await queuedJobs(app, `book_paid_pi:${order.id}`)).toEqual([]);
    expect((await retry(order.number)).jobs).toContain('book_paid_pi');
    await untilStatus(client, order.id, 'COMPLETED');
  });
});

/** Dead jobs that cannot be found by their order and never run. */
const abandoned = () =>
  app.db.query(
    `select id from graphile_worker.jobs where key is null or (locked_at is null and attempts >= max_attempts)`,
  );

test('a booking in flight is left alone: it ends, and no dead job stays behind', async () => {
  app.sandbox.moderator.faults.set([{ kind: 'latency', latencyMs: 1000 }]);
  const { client, order } = await pending();
  await app.sandbox.mekariPay.pay(order.number);
  await app.sandbox.moderator.waitForRequest({ path: '/paid_pi' });
  expect((await retry(order.number)).jobs).not.toContain('book_paid_pi');
  await untilStatus(client, order.id, 'COMPLETED');
  expect(await abandoned()).toEqual([]);
});

test('a mail whose job used up its attempts is sent again, and no dead job stays behind', async () => {
  await app.sandbox.mail.refuse();
  const { order } = await pending();
  const { id } = await failedJob(app, 'send_order_mail', order.id);
  await app.db.query(`update graphile_worker._private_jobs set attempts = max_attempts where id = $1`, [id]);
  await app.sandbox.mail.accept();
  await again(order.number);
  await until(
    async () => mails(order.number, /./).length,
    (sent) => sent > 0,
  );
  await retry(order.number);
  await until(
    () => queuedJobs(app, order.id),
    (jobs) => jobs.every(({ task }) => task !== 'send_order_mail'),
  );
  expect(mails(order.number, /./)).toHaveLength(1);
  expect(await abandoned()).toEqual([]);
});

test('an order without a payment link gets one', async () => {
  app.sandbox.mekariPay.faults.set([{ kind: 'status', status: 503 }]);
  const { client, order } = await buyer();
  expect((await tryConfirm(client, order)).order?.paymentUrl).toBeNull();
  app.sandbox.mekariPay.faults.clear();
  expect((await retry(order.number)).jobs).toContain('issue_invoice');
  await until(
    () => readOrder(client, order.id),
    ({ paymentUrl }) => paymentUrl !== null,
  );
  expect(app.sandbox.mekariPay.invoices(order.number)).toHaveLength(1);
});

test('a cancelled order is looked up at Mekari Pay again, and a payment is credited after all', async () => {
  const { client, order } = await pending();
  await tryCancel(client, order.id);
  await app.sandbox.mekariPay.payLate(order.number, { webhook: false });
  expect((await retry(order.number)).jobs).toContain('void_invoice');
  await untilStatus(client, order.id, 'COMPLETED');
});

test('an order without pending work stays as it is', async () => {
  const { client, order } = await buyer();
  expect((await retry(order.number)).jobs).toEqual([]);
  expect((await readOrder(client, order.id)).status).toBe('DRAFT');
});

describe('a mail about an order that is sent again', () => {
  test('is sent exactly once more, as a mail of its own', async () => {
    const id = addOrganization(app.sandbox, '1001');
    const client = await app.client({ organization_id: id });
    const order = await purchase(app, client, id, { wa_balance: '1000000' });
    const booked = /^Nomor PI|^PI number/;
    const count = () => mails(order.number, booked).length;
    const contacts = await until(
      async () => count(),
      (sent) => sent > 0 && sent === contactsOf(id),
    );
    expect((await again(order.number)).kind).toBe('invoice_booked');
    await until(
      async () => count(),
      (sent) => sent === 2 * contacts,
    );
    await until(
      () => queuedJobs(app, order.id),
      (jobs) => jobs.every(({ task }) => task !== 'send_order_mail'),
    );
    expect(count()).toBe(2 * contacts);
    const ids = mails(order.number, booked).map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(ids.length);
    expect((await reportOrder(app.database, order.number)).timeline.at(-1)).toMatchObject({
      from: 'COMPLETED',
      to: 'COMPLETED',
      cause: 'operator: mail invoice_booked sent again',
      ...BY,
    });
  });

  const contactsOf = (id: string) => app.sandbox.hubCore.organizations.get(id)?.billing_contacts?.length ?? 0;

  test('reports the current state of the order', async () => {
    const { client, order } = await pending();
    expect((await again(order.number)).kind).toBe('awaiting_payment');
    await payUntilReview(app, client, order);
    expect((await again(order.number)).kind).toBe('payment_under_review');
    expect((await readOrder(client, order.id)).status).toBe('PAYMENT_REVIEW');
  });

  test('is refused when there is none', async () => {
    const { order } = await buyer();
    await expect(again(order.number)).rejects.toThrow(OperatorRefusal);
    await expect(again(order.number)).rejects.toThrow(`${order.number} is DRAFT: there is no mail for this status.`);
  });
});
