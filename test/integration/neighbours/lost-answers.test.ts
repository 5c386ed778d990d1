import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { codes, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { createOrder, readOrder, until, untilStatus } from '../../support/app/purchase.ts';
import { balances } from '../../support/app/webhook.ts';

/** The neighbour did its work, and the connection broke before its answer arrived. */
const LOST = { kind: 'drop-answer', times: 1 } as const;
const CREATION = { method: 'POST', path: '/api/v1/invoices' };

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ env: { UPSTREAM_TIMEOUT_MS: '15000' } });
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

/** A confirmed order whose invoice exists, though the answer was lost. The buyer's client does not come back. */
async function confirmedInVain() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const draft = await createOrder(client, id, { agent_extra: '4' });
  app.sandbox.mekariPay.faults.set([{ ...LOST, match: CREATION }]);
  const confirmed = await tryConfirm(client, draft);
  expect(codes(confirmed)).toEqual(['PAYMENT_PROVIDER_UNAVAILABLE']);
  const [invoice, ...others] = app.sandbox.mekariPay.invoices(draft.number);
  expect(invoice).toMatchObject({ status: 'pending' });
  expect(others).toEqual([]);
  return { id, client, order: draft, link: invoice?.payment_url };
}

type Made = Awaited<ReturnType<typeof confirmedInVain>>;

const untilLink = ({ client, order }: Made) =>
  until(
    () => readOrder(client, order.id),
    ({ paymentUrl }) => paymentUrl !== null,
  );

async function runInvoiceJob({ order }: Made): Promise<void> {
  const [job] = (await queuedJobs(app, order.id)).filter(({ task }) => task === 'issue_invoice');
  await retryJobs(app.database, [job?.id ?? '']);
}

/** Calls to Mekari Pay with the order's number, by method: a look-up is a GET, a creation a POST. */
const calls = ({ order }: Pick<Made, 'order'>) =>
  app.sandbox.mekariPay
    .requests()
    .filter(({ path, body }) => `${path} ${JSON.stringify(body)}`.includes(order.number))
    .map(({ method }) => method);

test.each([
  ['the job', runInvoiceJob],
  ['the poll', () => app.reconcile()],
])('an invoice whose creation got no answer is looked up by our number, and found, by %s', async (_, goOn) => {
  const fixture = await confirmedInVain();
  expect(calls(fixture)).toEqual(['GET', 'POST']);
  app.sandbox.mekariPay.clearRequests();
  await goOn(fixture);
  expect((await untilLink(fixture)).paymentUrl).toBe(fixture.link);
  expect(new Set(calls(fixture))).toEqual(new Set(['GET']));
  expect(app.sandbox.mekariPay.invoices(fixture.order.number)).toHaveLength(1);
  const { text } = await app.sandbox.mail.waitFor(({ subject }) => subject.includes(fixture.order.number));
  expect(text).toContain(fixture.link);
});

test('a lost answer to the look-up makes no invoice either: the next look-up finds it', async () => {
  const fixture = await confirmedInVain();
  app.sandbox.mekariPay.clearRequests();
  // A read on a broken connection is retried once automatically: both answers are lost.
  app.sandbox.mekariPay.faults.set([{ ...LOST, times: 2, match: { path: `external_id=${fixture.order.number}` } }]);
  await app.reconcile();
  expect(calls(fixture)).toEqual(['GET', 'GET']);
  expect((await readOrder(fixture.client, fixture.order.id)).paymentUrl).toBeNull();
  await app.reconcile();
  expect((await readOrder(fixture.client, fixture.order.id)).paymentUrl).toBe(fixture.link);
  expect(calls(fixture)).not.toContain('POST');
  expect(app.sandbox.mekariPay.invoices(fixture.order.number)).toHaveLength(1);
});

test('each neighbour in turn loses an answer: one invoice, one credit, one PI, and the mail that arrives twice has one Message-ID', async () => {
  const fixture = await confirmedInVain();
  const { id, client, order } = fixture;
  await app.reconcile();
  await untilLink(fixture);
  await app.sandbox.mail.waitFor(({ subject }) => subject.includes(order.number));
  app.sandbox.moderator.faults.set([LOST]);
  await app.sandbox.mail.faults.set([LOST]);
  await app.sandbox.mekariPay.pay(order.number);

  const { paidInvoiceNumber } = await untilStatus(client, order.id, 'COMPLETED');
  // The repeat needs no look-up: Moderator answers 409 with its PI.
  expect(app.sandbox.moderator.requests().map(({ method, status }) => `${method} ${status}`)).toEqual([
    'POST null',
    'POST 409',
  ]);
  expect(app.sandbox.moderator.bookings()).toMatchObject([{ pi_number: paidInvoiceNumber, attempts: 2 }]);
  expect(app.sandbox.mekariPay.invoices(order.number)).toHaveLength(1);
  expect(await balances(app, id)).toEqual({ agent_extra: '4' });

  // The request to pay, the receipt and the PI number; one of the last two arrives twice.
  const mails = () => app.sandbox.mail.messages().filter(({ subject }) => subject.includes(order.number));
  await until(
    async () => mails(),
    ({ length }) => length === 4,
  );
  await until(
    () => queuedJobs(app, order.id),
    (jobs) => jobs.every(({ task }) => task === 'issue_invoice'),
  );
  expect(mails()).toHaveLength(4);
  expect(new Set(mails().map(({ messageId }) => messageId)).size).toBe(3);
});
