import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../../../src/audit/index.ts';
import { toPaidPi } from '../../../src/fulfilment/book-paid-pi.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import {
  type Finding,
  OperatorRefusal,
  reconcileInvoices,
  refundOrder,
  reportOrder,
  retryOrder,
} from '../../../src/operators/index.ts';
import { linesOfOrder, orderById } from '../../../src/orders/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { putOffFailedJob, queuedJobs } from '../../support/app/jobs.ts';
import { decisionParts } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder, until, untilStatus } from '../../support/app/purchase.ts';
import { balances } from '../../support/app/webhook.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const BY = { actor: 'rina@finance', reason: 'Bought by mistake' };
const ALL = new Map([['wa_balance', 1_000_000n]]);

type Changes = Partial<Parameters<typeof refundOrder>[0] & Parameters<typeof refundOrder>[2]>;

function refund(number: string, { moderator, ...request }: Changes = {}) {
  const parts = { ...decisionParts(app), outstandingExcess: async () => 0n };
  return refundOrder({ ...parts, ...(moderator && { moderator }) }, number, { ...BY, takeBack: ALL, ...request });
}

const refusal = (run: Promise<unknown>) =>
  run.then(
    () => 'not refused',
    (error) => (error instanceof OperatorRefusal ? error.message : Promise.reject(error)),
  );

type Fault = Parameters<TestApp['sandbox']['moderator']['faults']['set']>[0][number];

/** A PAID order of Rp1.000.000 whose booking has failed once by this fault, and has its next attempt in minutes. */
async function paid(fault: Pick<Fault, 'kind' | 'status'> = { kind: 'status', status: 503 }) {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  app.sandbox.moderator.faults.set([{ ...fault, match: { method: 'POST' } }]);
  await app.sandbox.mekariPay.pay(order.number);
  await putOffFailedJob(app, 'book_paid_pi', order.id);
  return { id, client, order };
}

const bookingOf = (number: string) => app.sandbox.moderator.booking(number);
const bookingJobs = async (orderId: string) =>
  (await queuedJobs(app, orderId)).filter(({ task }) => task === 'book_paid_pi');
const walkOf = async (number: string) => (await reportOrder(app.database, number)).timeline.map(({ to }) => to);
const bookNow = (number: string) => retryOrder(app.database, systemClock, number, BY);
const violationsOf = async (number: string) =>
  (await audit(app.database, systemClock)).violations.filter(({ subject }) => subject === number);
const TO_PAID = ['DRAFT', 'PENDING_PAYMENT', 'PAID'];

async function reconcile() {
  const findings: string[] = [];
  const onFinding = ({ orderNumber, kind, detail }: Finding) => findings.push(`${orderNumber} ${kind}: ${detail}`);
  const since = new Date(Date.now() - 3_600_000);
  await reconcileInvoices(app.services.reconciliation, { since, isDryRun: false, onFinding });
  return findings;
}

describe('a paid order', () => {
  test('that accounting has not booked is refunded without a PI: its booking is out of the queue, and nothing books it afterwards', async () => {
    const { id, client, order } = await paid();
    const { toGiveBack } = await refund(order.number);
    expect(toGiveBack).toBe(1_000_000n);
    app.sandbox.moderator.faults.clear();
    expect(await bookingJobs(order.id)).toEqual([]);
    expect((await bookNow(order.number)).jobs).not.toContain('book_paid_pi');
    expect(await reconcile()).toEqual([]);
    expect(await walkOf(order.number)).toEqual([...TO_PAID, 'REFUNDED', 'REFUNDED']);
    expect(await readOrder(client, order.id)).toMatchObject({ status: 'REFUNDED', paidInvoiceNumber: null });
    expect(await balances(app, id)).toEqual({ wa_balance: '0' });
    expect(bookingOf(order.number)).toBeUndefined();
    expect(await violationsOf(order.number)).toEqual([]);
  });

  test.each([
    ['not booked', { kind: 'status', status: 422 }],
    ['booked, and its answer lost', { kind: 'drop-answer' }],
  ] as const)('that is %s has the mail of the refund, and none about a PI', async (_, fault) => {
    const { order } = await paid(fault);
    await refund(order.number);
    await app.sandbox.mail.waitFor(({ subject }) => subject.startsWith(`Pengembalian dana pesanan ${order.number} `));
    await until(
      () => queuedJobs(app, order.id),
      (jobs) => jobs.every(({ task }) => task !== 'send_order_mail'),
    );
    const subjects = app.sandbox.mail.messages().map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject.startsWith(`Nomor PI untuk pesanan ${order.number} `))).toEqual([]);
  });

  test('is refunded once of three times at once', async () => {
    const { id, order } = await paid();
    const attempts = (await Promise.all([1, 2, 3].map(() => refusal(refund(order.number))))).toSorted();
    const late = new RegExp(
      `^${order.number} (is REFUNDED: only an order in PAYMENT_REVIEW, PAID|is PAID, and|has just)`,
    );
    expect(attempts).toEqual([expect.stringMatching(late), expect.stringMatching(late), 'not refused']);
    expect(await balances(app, id)).toEqual({ wa_balance: '0' });
  });

  test('need not return quota if the provider gave the money back already', async () => {
    const { id, client, order } = await paid();
    const nothing = { takeBack: new Map() };
    expect(await refusal(refund(order.number, nothing))).toMatch(
      /give the unused units of each quota with --take-back/,
    );
    await app.sandbox.mekariPay.refund(order.number, { webhook: false });
    expect(await refund(order.number, nothing)).toMatchObject({ toGiveBack: 0n });
    expect((await readOrder(client, order.id)).status).toBe('REFUNDED');
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
  });

  test('keeps its booking in a dry run', async () => {
    const { client, order } = await paid();
    expect((await refund(order.number, { isDryRun: true })).order.status).toBe('REFUNDED');
    expect(await bookingJobs(order.id)).toHaveLength(1);
    app.sandbox.moderator.faults.clear();
    await bookNow(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
  });

  test('is refunded even if the queue has lost its booking', async () => {
    const { order } = await paid();
    await app.db.query(`select graphile_worker.remove_job('book_paid_pi:' || $1)`, [order.id]);
    await refund(order.number);
    expect(await walkOf(order.number)).toEqual([...TO_PAID, 'REFUNDED']);
  });

  test('that accounting books all the same, because an attempt was under way in the network, is found by the reconciliation', async () => {
    const { order } = await paid();
    const late = toPaidPi(await orderById(app.database, order.id), await linesOfOrder(app.database, order.id));
    await refund(order.number);
    app.sandbox.moderator.faults.clear();
    await app.neighbours.moderator.bookPaidPi(late);
    const { pi_number } = bookingOf(order.number) ?? {};
    expect(await reconcile()).toEqual([
      `${order.number} pi_not_stored: Accounting has booked it as ${pi_number}, and the order is REFUNDED here.`,
    ]);
  });
});

describe('a paid order that accounting has booked, and whose answer was lost', () => {
  test('is refunded under the PI that accounting has', async () => {
    const { client, order } = await paid({ kind: 'drop-answer' });
    expect((await readOrder(client, order.id)).status).toBe('PAID');
    await refund(order.number);
    expect(await walkOf(order.number)).toEqual([...TO_PAID, 'COMPLETED', 'REFUNDED']);
    const booking = bookingOf(order.number);
    expect(booking?.attempts).toBe(1);
    expect(await readOrder(client, order.id)).toMatchObject({
      status: 'REFUNDED',
      paidInvoiceNumber: booking?.pi_number,
      completedAt: expect.any(String),
    });
    app.sandbox.moderator.faults.clear();
    expect(await reconcile()).toEqual([]);
    expect(await violationsOf(order.number)).toEqual([]);
  });

  test('after the question was answered: the refund is refused, and the next one knows the PI', async () => {
    const { client, order } = await paid();
    const { moderator } = app.neighbours;
    const overtaken = {
      ...moderator,
      async paidPiOfOrder(number: string) {
        const answer = await moderator.paidPiOfOrder(number);
        app.sandbox.moderator.faults.set([{ kind: 'drop-answer', match: { method: 'POST' } }]);
        await bookNow(order.number);
        await until(
          async () => ({ booked: bookingOf(order.number), job: (await bookingJobs(order.id))[0] }),
          ({ booked, job }) => booked !== undefined && job?.locked_by === null,
        );
        return answer;
      },
    };
    expect(await refusal(refund(order.number, { moderator: () => overtaken }))).toBe(
      `${order.number} is PAID, and accounting is booking it at this moment: try again in a minute.`,
    );
    expect(await readOrder(client, order.id)).toMatchObject({ status: 'PAID', paidInvoiceNumber: null });
    expect(await bookingJobs(order.id)).toHaveLength(1);
    await refund(order.number);
    expect(await readOrder(client, order.id)).toMatchObject({
      status: 'REFUNDED',
      paidInvoiceNumber: bookingOf(order.number)?.pi_number,
    });
  });
});

/** Resolves after so many round trips to the database: a time that scales with the machine. */
async function afterQueries(count: number): Promise<void> {
  for (let query = 0; query < 5 * count; query++) await app.db.query('select 1');
}

describe('a paid order whose booking is not known', () => {
  test('because accounting does not answer is not refunded, and is booked later', async () => {
    const { id, client, order } = await paid();
    app.sandbox.moderator.faults.set([{ kind: 'status', status: 503 }]);
    expect(await refusal(refund(order.number))).toMatch(
      `Nothing was decided about ${order.number}, because accounting must first say whether it has booked it: moderator unavailable`,
    );
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
    app.sandbox.moderator.faults.clear();
    await bookNow(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
  });

  test('because an attempt is in flight is not refunded', async () => {
    const { client, order } = await paid();
    app.sandbox.moderator.faults.set([{ kind: 'latency', latencyMs: 2000, match: { method: 'POST' } }]);
    await bookNow(order.number);
    await until(
      () => bookingJobs(order.id),
      ([job]) => job?.locked_by !== null,
    );
    expect(await refusal(refund(order.number))).toBe(
      `${order.number} is PAID, and accounting is booking it at this moment: try again in a minute.`,
    );
    await untilStatus(client, order.id, 'COMPLETED');
  });

  test('a refund beside a booking leaves each order refunded or booked, and always with the PI that accounting has', async () => {
    for (let round = 0; round < 6; round++) {
      const { client, order } = await paid();
      app.sandbox.moderator.faults.clear();
      // The booking begins a little later in each round.
      const [outcome] = await Promise.all([
        refusal(refund(order.number)),
        afterQueries(round).then(() => bookNow(order.number)),
      ]);
      await until(
        () => bookingJobs(order.id),
        (jobs) => jobs.length === 0,
      );
      const { status, paidInvoiceNumber } = await readOrder(client, order.id);
      expect(status).toBe(outcome === 'not refused' ? 'REFUNDED' : 'COMPLETED');
      expect(paidInvoiceNumber).toBe(bookingOf(order.number)?.pi_number ?? null);
    }
  });
});
