import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../../sandbox/index.ts';
import { retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { failedJob, queuedJobs } from '../../support/app/jobs.ts';
import { tryCancel } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder, until, untilStatus } from '../../support/app/purchase.ts';
import { balances } from '../../support/app/webhook.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const SITI = { name: 'Siti', email: 'siti@buyer.example.test', locale: 'id' as const };
const GRACE = { name: 'Grace', email: 'grace@buyer.example.test', locale: 'en' as const };

async function pending(billing_contacts = [SITI, GRACE]) {
  const id = addOrganization(app.sandbox, '1001', { billing_contacts });
  const client = await app.client({ organization_id: id });
  return { id, client, order: await confirmOrder(client, await createOrder(client, id, { chatbot_ai_extra: '5' })) };
}

type Pending = Awaited<ReturnType<typeof pending>>;

const about = (number: string) => app.sandbox.mail.messages().filter(({ subject }) => subject.includes(number));

/** Waits until the order has no job left, so that an unsent mail stays unsent. */
const idle = (orderId: string) =>
  until(
    () => queuedJobs(app, orderId),
    (jobs) => jobs.every(({ task }) => task === 'issue_invoice'),
  );

const to = (address: string, subject: RegExp) => (mail: Message) =>
  mail.to.includes(address) && subject.test(mail.subject);

describe('sent mail', () => {
  test('awaiting payment: goes to each contact in its own language, with the link, the total and the deadline', async () => {
    const { order } = await pending();
    await idle(order.id);
    const mails = about(order.number);
    expect(mails.map((mail) => mail.to)).toEqual(expect.arrayContaining([[SITI.email], [GRACE.email]]));
    expect(mails).toHaveLength(2);
    const indonesian = mails.find(to(SITI.email, /menunggu pembayaran/));
    const english = mails.find(to(GRACE.email, /is awaiting payment/));
    for (const mail of [indonesian, english]) {
      expect(mail?.text).toContain(order.paymentUrl);
      expect(mail?.html).toContain(order.paymentUrl);
      expect(mail?.text).toMatch(/Rp\s?2[.,]250[.,]000/);
      expect(mail?.text).toContain('WIB');
    }
  });

  test('payment received: lists the credits, and does not wait for accounting', async () => {
    await app.sandbox.moderator.faults.set([{ kind: 'status', status: 503 }]);
    const { client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number);
    const english = await app.sandbox.mail.waitFor(to(GRACE.email, /^Payment received/));
    const indonesian = await app.sandbox.mail.waitFor(to(SITI.email, /^Pembayaran .* telah diterima/));
    expect((await readOrder(client, order.id)).status).toBe('PAID');
    for (const mail of [english, indonesian]) {
      expect(mail.subject).toContain(order.number);
      expect(mail.text).toMatch(/5[.,]000/);
    }
  });

  test('invoice booked: has the number of the PI; the receipt goes out once', async () => {
    const { client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number);
    const { paidInvoiceNumber } = await untilStatus(client, order.id, 'COMPLETED');
    const english = await app.sandbox.mail.waitFor(to(GRACE.email, /^PI number/));
    const indonesian = await app.sandbox.mail.waitFor(to(SITI.email, /^Nomor PI/));
    for (const mail of [english, indonesian]) {
      expect(mail.subject).toContain(order.number);
      expect(mail.text).toContain(paidInvoiceNumber);
    }
    await idle(order.id);
    expect(about(order.number).filter(to(GRACE.email, /^Payment received/))).toHaveLength(1);
  });

  test('under review: goes to each contact and asks for no payment', async () => {
    const { order } = await pending();
    await app.sandbox.mekariPay.payWrong(order.number);
    const mail = await app.sandbox.mail.waitFor(to(GRACE.email, /^We are reviewing/));
    expect(mail.text).not.toContain(order.paymentUrl);
    await app.sandbox.mail.waitFor(to(SITI.email, /sedang kami periksa/));
  });

  test('goes once to a contact that hub-core lists twice', async () => {
    const { order } = await pending([SITI, { ...SITI, name: 'Siti Rahayu' }]);
    await idle(order.id);
    expect(about(order.number)).toHaveLength(1);
  });

  test('goes once to a contact that hub-core lists twice in different case', async () => {
    const { order } = await pending([SITI, { ...SITI, email: 'Siti@buyer.example.test' }]);
    await idle(order.id);
    expect(about(order.number)).toHaveLength(1);
  });
});

describe('failing mail', () => {
  test('one contact is unreachable: the other gets its mail once, however often the job retries', async () => {
    await app.sandbox.mail.faults.set([{ kind: 'reject', match: { to: SITI.email } }]);
    const { order } = await pending();
    const job = await failedJob(app, 'send_order_mail', order.id);
    await retryJobs(app.database, [job.id]);
    await until(
      () => queuedJobs(app, order.id),
      (jobs) => jobs.some((again) => again.id === job.id && again.attempts > 0 && again.locked_by === null),
    );
    expect(about(order.number).map((mail) => mail.to)).toEqual([[GRACE.email]]);

    await app.sandbox.mail.faults.clear();
    await retryJobs(app.database, [job.id]);
    await idle(order.id);
    expect(about(order.number).map((mail) => mail.to)).toEqual([[GRACE.email], [SITI.email]]);
  });

  test('the mail server accepts and the answer is lost: the retry carries the same Message-ID', async () => {
    await app.sandbox.mail.faults.set([{ kind: 'drop-answer', times: 1, match: { to: 'dropped@' } }]);
    const { order } = await pending([{ ...GRACE, email: 'dropped@buyer.example.test' }]);
    const job = await failedJob(app, 'send_order_mail', order.id);
    await retryJobs(app.database, [job.id]);
    await idle(order.id);
    const [first, second, ...others] = about(order.number);
    expect(second?.messageId).toBe(first?.messageId);
    expect(others).toEqual([]);
  });

  test('the mail server is down: the quota is credited and booked all the same, the mail follows', async () => {
    const { id, client, order } = await pending([GRACE]);
    await idle(order.id);
    await app.sandbox.mail.refuse();
    await app.sandbox.mekariPay.pay(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    const job = await failedJob(app, 'send_order_mail', order.id);
    expect(await balances(app, id)).toEqual({ chatbot_ai_extra: '5000' });
    expect((await readOrder(client, order.id)).status).toBe('COMPLETED');
    await app.sandbox.mail.accept();
    await retryJobs(app.database, [job.id]);
    await app.sandbox.mail.waitFor(to(GRACE.email, /^Payment received/));
  });

  test.each([
    ['cancelled', (_: TestApp, { client, order }: Pending) => tryCancel(client, order.id)],
    ['paid', ({ sandbox }: TestApp, { order }: Pending) => sandbox.mekariPay.pay(order.number)],
  ])('an order that is %s meanwhile asks nobody to pay', async (_, act) => {
    await app.sandbox.mail.refuse();
    const fixture = await pending([GRACE]);
    const job = await failedJob(app, 'send_order_mail', fixture.order.id);
    await act(app, fixture);
    await app.sandbox.mail.accept();
    await retryJobs(app.database, [job.id]);
    await until(
      () => queuedJobs(app, fixture.order.id),
      (jobs) => jobs.every(({ id }) => id !== job.id),
    );
    expect(about(fixture.order.number).filter(({ subject }) => /awaiting payment/.test(subject))).toEqual([]);
  });
});

test('the log never holds an address, token or secret', async () => {
  const contact = { ...SITI, email: 'nobody.else@buyer.example.test' };
  await app.sandbox.mail.faults.set([{ kind: 'reject', status: 550, times: 1, match: { to: contact.email } }]);
  const { client, order } = await pending([contact]);
  await failedJob(app, 'send_order_mail', order.id);
  await app.sandbox.mekariPay.pay(order.number);
  await untilStatus(client, order.id, 'COMPLETED');
  await app.sandbox.mekariPay.sendRaw({ body: {}, headers: { 'webhook-signature': 'v1,c2VjcmV0' } });
  const log = JSON.stringify(app.logs);
  expect(log).toContain(order.number);
  expect(log).not.toMatch(/@[\w-]+\.example\.test/);
  const environment = app.sandbox.environment();
  for (const secret of [
    client.token,
    client.token.split('.')[2],
    environment['MEKARI_CLIENT_SECRET'],
    environment['MEKARI_PAY_WEBHOOK_SECRET'],
    new URL(app.db.url).password,
    'c2VjcmV0',
  ]) {
    if (secret) expect(log).not.toContain(secret);
  }
  const errors = await app.db.query<{ last_error: string }>(
    `select last_error from graphile_worker.jobs where last_error is not null`,
  );
  expect(JSON.stringify(errors)).not.toMatch(/@[\w-]+\.example\.test/);
});
