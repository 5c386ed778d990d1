import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../../sandbox/index.ts';
import { mailJob } from '../../../src/fulfilment/index.ts';
import { orderById } from '../../../src/orders/index.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { enqueueJob } from '../../../src/platform/jobs/job.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const to = (address: string) => (mail: Message) => mail.to.includes(address);

async function buyer(address: string) {
  const billing_contacts = [{ name: 'Grace', email: address, locale: 'en' as const }];
  const id = addOrganization(app.sandbox, '1001', { billing_contacts });
  const client = await app.client({ organization_id: id });
  return { client, confirmed: async () => confirmOrder(client, await createOrder(client, id, { agent_extra: '3' })) };
}

test.each(['rcpt', 'data'] as const)(
  'the mail server drips a byte a second as its answer to %s for one organization: bookings go on, and so do the mails of others',
  async (at) => {
    await app.sandbox.mail.faults.set([{ kind: 'drip', at, match: { to: 'dripping@' } }]);
    const dripping = await buyer('dripping@buyer.example.test');
    const orders = [];
    while (orders.length < 12) orders.push(await dripping.confirmed());
    // As many mails as there are slots for one organization are in flight, and none of them ends.
    await app.sandbox.mail.waitForRequest({ path: 'dripping@' });

    const other = await buyer(`other-${at}@buyer.example.test`);
    const order = await other.confirmed();
    await app.sandbox.mail.waitFor(to(`other-${at}@buyer.example.test`));
    await app.sandbox.mekariPay.pay(order.number);
    await untilStatus(other.client, order.id, 'COMPLETED');
    const [own] = orders;
    if (own === undefined) throw new Error('there is no order');
    await app.sandbox.mekariPay.pay(own.number);
    await untilStatus(dripping.client, own.id, 'COMPLETED');
    expect(app.sandbox.mail.messages().filter(to('dripping@buyer.example.test'))).toEqual([]);
  },
);

test('300 mails of one organization wait for a server that takes half a second: another is booked before most are sent', async () => {
  await app.sandbox.mail.faults.set([{ kind: 'slow', delayMs: 500, match: { to: 'busy@' } }]);
  const busy = await (await buyer('busy@buyer.example.test')).confirmed();
  const row = await orderById(app.database, busy.id);
  await inTransaction(app.database, async (tx) => {
    // As many sendings as 300 orders would have.
    for (let sending = 2; sending <= 301; sending += 1)
      await enqueueJob(tx, mailJob('awaiting_payment', row, { sending }));
  });
  const other = await buyer('unhurried@buyer.example.test');
  const order = await other.confirmed();
  await app.sandbox.mekariPay.pay(order.number);
  await untilStatus(other.client, order.id, 'COMPLETED');
  const waiting = (await queuedJobs(app, busy.id)).filter(({ task }) => task === 'send_order_mail');
  expect(waiting.length).toBeGreaterThan(100);
  await app.db.query('delete from graphile_worker._private_jobs where key like $1 and locked_at is null', [
    `%${busy.id}`,
  ]);
});
