import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { describeReport } from '../../../src/commands/orders-text.ts';
import { reportMails, retryUnsentMails, unsuppressAddresses } from '../../../src/fulfilment/index.ts';
import { reportOrder } from '../../../src/operators/index.ts';
import { retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, until } from '../../support/app/purchase.ts';
import { parsePrometheus } from '../../support/telemetry/prometheus.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(async () => {
  await app.sandbox.reset();
  await app.db.query('delete from unsent_order_mails; delete from refused_mail_addresses');
});
afterAll(() => app.close());

const contact = (name: string) => ({ name, email: `${name}@buyer.example.test`, locale: 'en' as const });

async function pending(billing_contacts: { name: string; email: string; locale: 'en' | 'id' }[]) {
  const id = addOrganization(app.sandbox, '1001', { billing_contacts });
  const client = await app.client({ organization_id: id });
  return { id, client, order: await confirmOrder(client, await createOrder(client, id, { chatbot_ai_extra: '5' })) };
}

const mailJobs = async (orderId: string) =>
  (await queuedJobs(app, orderId)).filter(({ task }) => task === 'send_order_mail');

/** Lets the order's mail job run until it ends, however long it would wait. Returns the largest number of its attempts. */
async function untilEnded(orderId: string): Promise<void> {
  await until(
    async () => {
      const jobs = await mailJobs(orderId);
      const waiting = jobs.filter(({ attempts, locked_by }) => attempts > 0 && locked_by === null);
      if (waiting.length > 0)
        await app.db.query('update graphile_worker._private_jobs set run_at = now() where id = any($1::bigint[])', [
          waiting.map(({ id }) => id),
        ]);
      return jobs;
    },
    ({ length }) => length === 0,
  );
}

const offersTo = (address: string) => app.sandbox.mail.requests().filter(({ path }) => path === address);
const sentTo = (orderNumber: string) =>
  app.sandbox.mail
    .messages()
    .filter(({ subject }) => subject.includes(orderNumber))
    .map(({ to }) => to);

async function metric(name: string): Promise<Record<string, number>> {
  const samples = parsePrometheus(await (await fetch(`${app.url}/metrics`)).text()).filter((one) => one.name === name);
  return Object.fromEntries(samples.map(({ labels, value }) => [Object.values(labels)[0] ?? '', value]));
}

describe.each(['rcpt', 'data'] as const)(
  'an address that the mail server refuses for good as its answer to %s',
  (at) => {
    test('is tried three times, then suppressed and shown; the other contact has its mail once', async () => {
      await app.sandbox.mail.faults.set([{ kind: 'reject', status: 550, at, match: { to: 'bad' } }]);
      const { id, order } = await pending([contact(`bad-${at}`), contact('good')]);
      await untilEnded(order.id);
      expect(offersTo(`bad-${at}@buyer.example.test`).map(({ status }) => status)).toEqual([550, 550, 550]);
      expect(sentTo(order.number)).toEqual([['good@buyer.example.test']]);

      const { unsent, suppressed } = await reportMails(app.database);
      const shown = { contact: 'b***@buyer.example.test', organizationId: id, reason: 'it answered 550' };
      expect(suppressed).toMatchObject([{ ...shown, refusals: 3 }]);
      expect(unsent).toMatchObject([
        { ...shown, orderNumber: order.number, kind: 'awaiting_payment', status: 'SUPPRESSED' },
      ]);
      expect(describeReport(await reportOrder(app.database, order.number)).join('\n')).toContain(
        'awaiting_payment  SUPPRESSED  b***@buyer.example.test  it answered 550',
      );
      expect(await metric('mail_addresses')).toEqual({ suppressed: 1, refused: 0 });
      expect(await metric('mails_unsent')).toEqual({ SUPPRESSED: 1, GIVEN_UP: 0, NO_CONTACT: 0 });
      const lines = app.logs.filter(({ event }) => event === 'mail_address_suppressed');
      expect(lines.at(-1)).toMatchObject({ organizationId: id, reason: 'it answered 550' });
      expect(JSON.stringify(app.logs)).not.toMatch(/@[\w-]+\.example\.test/);
    });

    test('gets no other mail, until an operator lets it; a retry then sends it to that contact alone', async () => {
      await app.sandbox.mail.faults.set([{ kind: 'reject', status: 550, at, match: { to: 'bad' } }]);
      const { order } = await pending([contact(`bad-${at}`), contact('good')]);
      await untilEnded(order.id);
      await app.sandbox.mail.faults.clear();
      const { order: later } = await pending([contact(`bad-${at}`)]);
      await untilEnded(later.id);
      expect(sentTo(later.number)).toEqual([]);

      const [suppressed] = (await reportMails(app.database)).suppressed;
      await expect(unsuppressAddresses(app.database, ['no such id'])).rejects.toThrow('npm run mails -- list');
      expect(await retryUnsentMails(app.database, order.number)).toEqual({ retried: 1, suppressed: 1 });
      await untilEnded(order.id);
      expect(await unsuppressAddresses(app.database, [suppressed?.id ?? ''])).toBe(1);
      expect(await retryUnsentMails(app.database, order.number)).toEqual({ retried: 1, suppressed: 0 });
      await untilEnded(order.id);
      expect(sentTo(order.number)).toEqual([['good@buyer.example.test'], [`bad-${at}@buyer.example.test`]]);
      expect(await retryUnsentMails(app.database, 'all')).toEqual({ retried: 1, suppressed: 0 });
      await untilEnded(later.id);
      expect(sentTo(later.number)).toEqual([[`bad-${at}@buyer.example.test`]]);
      expect(await reportMails(app.database)).toEqual({ unsent: [], suppressed: [] });
    });
  },
);

test('an accepted mail ends the count of refusals', async () => {
  await app.sandbox.mail.faults.set([{ kind: 'reject', status: 550, times: 2, match: { to: 'moody' } }]);
  const { order } = await pending([contact('moody')]);
  await untilEnded(order.id);
  expect(sentTo(order.number)).toEqual([['moody@buyer.example.test']]);
  expect(await app.db.query('select from refused_mail_addresses')).toEqual([]);
});

test('a mail that the server defers is retried for a day, then given up; a retry sends it', async () => {
  await app.sandbox.mail.faults.set([{ kind: 'reject', status: 451 }]);
  const { order } = await pending([contact('deferred')]);
  const failed = () =>
    until(
      () => mailJobs(order.id),
      (jobs) => jobs.some(({ last_error, locked_by }) => last_error !== null && locked_by === null),
    );
  await failed();
  await app.db.query(
    `update graphile_worker._private_jobs set created_at = now() - interval '23 hours' where key like '%' || $1`,
    [order.id],
  );
  const [job] = await failed();
  await retryJobs(app.database, [job?.id ?? '']);
  await until(
    () => mailJobs(order.id),
    (jobs) => jobs.some(({ attempts, locked_by }) => attempts === 1 && locked_by === null),
  );
  expect(await app.db.query('select from unsent_order_mails')).toEqual([]);
  await app.db.query(
    `update graphile_worker._private_jobs set created_at = now() - interval '25 hours' where key like '%' || $1`,
    [order.id],
  );
  await untilEnded(order.id);
  expect((await reportMails(app.database)).unsent).toMatchObject([
    { orderNumber: order.number, status: 'GIVEN_UP', reason: 'it answered 451' },
  ]);
  await app.sandbox.mail.faults.clear();
  expect(await retryUnsentMails(app.database, order.number)).toEqual({ retried: 1, suppressed: 0 });
  await untilEnded(order.id);
  expect(sentTo(order.number)).toEqual([['deferred@buyer.example.test']]);
});

describe('nobody to write to', () => {
  test.each([
    ['no contact', []],
    ['a contact that cannot be read', [{ name: 'Odd', email: 'none', locale: 'id' as const }]],
  ])('%s: the job ends at its first attempt, and the order shows it', async (_, contacts) => {
    const { order } = await pending(contacts);
    await until(
      () => mailJobs(order.id),
      ({ length }) => length === 0,
    );
    expect(await app.db.query('select sending, status, reason from unsent_order_mails')).toEqual([
      { sending: 1, status: 'NO_CONTACT', reason: null },
    ]);
    expect(describeReport(await reportOrder(app.database, order.number)).join('\n')).toContain(
      'awaiting_payment  NO_CONTACT  nobody to write to',
    );
    expect(await metric('mails_unsent')).toEqual({ SUPPRESSED: 0, GIVEN_UP: 0, NO_CONTACT: 1 });
  });

  test('once there is a contact, a retry sends the mail, and the order does not show it any more', async () => {
    const { id, order } = await pending([]);
    await until(
      () => mailJobs(order.id),
      ({ length }) => length === 0,
    );
    app.sandbox.hubCore.organizations.patch(id, { billing_contacts: [contact('late')] });
    expect(await retryUnsentMails(app.database, order.number)).toEqual({ retried: 1, suppressed: 0 });
    await untilEnded(order.id);
    expect(sentTo(order.number)).toEqual([['late@buyer.example.test']]);
    expect((await reportMails(app.database)).unsent).toEqual([]);
  });

  test('an order that has moved on meanwhile does not show it any more', async () => {
    const { order } = await pending([]);
    await until(
      () => mailJobs(order.id),
      ({ length }) => length === 0,
    );
    await app.db.query(`update topup_orders set payment_url = null where id = $1`, [order.id]);
    expect(await retryUnsentMails(app.database, 'all')).toEqual({ retried: 1, suppressed: 0 });
    await untilEnded(order.id);
    expect((await reportMails(app.database)).unsent).toEqual([]);
  });
});

test.each([
  [[{ name: 'Finance', email: 'finance@example.test ', locale: 'id' }], ['finance@example.test']],
  [[{ name: 'Both', email: 'a@example.test; b@example.test', locale: 'id' }], ['a@example.test', 'b@example.test']],
  [[{ name: null, email: 'Siti <siti@example.test>', locale: 'en' }], ['siti@example.test']],
  [[{ name: 'Büro', email: 'siti@bücher.test', locale: 'en' }], ['siti@xn--bcher-kva.test']],
  [
    [
      { name: 'Good', email: 'good@example.test', locale: 'id' },
      { name: 'Odd', email: 'none', locale: 'id' },
    ],
    ['good@example.test'],
  ],
])('contacts as people type them: %j', async (contacts, addresses) => {
  const { order } = await pending(contacts as never);
  await untilEnded(order.id);
  const sent = app.sandbox.mail.messages().filter(({ subject }) => subject.includes(order.number));
  // The header as it was sent: the parsed one shows domains in their own script.
  const written = sent.map(({ headers }) => /[\w.-]+@[\w.-]+/.exec(headers['to'] ?? '')?.[0]);
  expect(written.toSorted()).toEqual(addresses);
  const odd = app.logs.filter((line) => line['orderNumber'] === order.number && line['event'] === 'contact_unreadable');
  expect(odd.map((line) => line['contacts'])).toEqual(contacts.some(({ email }) => email === 'none') ? [1] : []);
});
