import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { listStuckJobs, retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { failedJob, queuedJobs } from '../../support/app/jobs.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase, readOrder, until, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { balances } from '../../support/app/webhook.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const time = movableClock();
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ clock: time.clock, sandbox: { clock: time.now, wireClock: time.now } });
});

afterEach(async () => {
  time.toPresent();
  await app.sandbox.reset();
});
afterAll(() => app.close());

async function buyer(like = '1001', changes = {}) {
  const id = addOrganization(app.sandbox, like, changes);
  return { id, client: await app.client({ organization_id: id }) };
}

const confirmed = async (client: TestClient, id: string, items: Record<string, string>) =>
  confirmOrder(client, await createOrder(client, id, items));

const bookingOf = (number: string) => app.sandbox.moderator.booking(number);

/** A payment at a moment when the date differs between Jakarta and UTC. */
const LATE_IN_FEBRUARY = '2026-02-14T18:30:00.000Z';

describe('the paid PI', () => {
  test('has every frozen fact of the order, in Jakarta dates', async () => {
    const excess = [{ key: 'muv_excess', period: '2026-01', quantity: 120 }];
    const contract = { start_date: '2026-01-01', end_date: '2027-06-30' };
    const { id, client } = await buyer('1001', { excess, contract });
    time.advance((Date.parse(LATE_IN_FEBRUARY) - Date.now()) / 1000);
    const items = { agent_extra: '2', muv: '500', wa_balance: '1000000', chatbot_ai_extra: '3' };
    const order = await confirmed(client, id, items);
    await app.sandbox.mekariPay.pay(order.number, { paid_at: LATE_IN_FEBRUARY });
    const completed = await untilStatus(client, order.id, 'COMPLETED');
    const topup = { kind: 'TOPUP', period_start: '2026-02-15', period_end: null };
    const booking = bookingOf(order.number);
    expect(booking?.pi_number).toBe(completed.paidInvoiceNumber);
    expect(booking?.request).toEqual({
      organization_id: id,
      order_number: order.number,
      billing_version: 'v3',
      active_from: '2026-02-15',
      paid_date: '2026-02-15',
      currency: 'IDR',
      amount: 3_000_000 - 10_000,
      lines: [
        {
          package_id: 'pkg-muv-excess',
          package_code: 'MUV_EXCESS',
          quota_type: 'monthly',
          kind: 'EXCESS',
          quantity: 120,
          unit_price: 750,
          amount: 90_000,
          period_start: '2026-01-01',
          period_end: '2026-01-31',
        },
        {
          ...topup,
          package_id: 'pkg-agent',
          package_code: 'AGENT',
          quota_type: 'contract',
          quantity: 2,
          unit_price: 125_000,
          amount: 250_000,
          period_end: '2027-06-30',
        },
        {
          ...topup,
          package_id: 'pkg-muv',
          package_code: 'MUV',
          quota_type: 'monthly',
          quantity: 500,
          unit_price: 600,
          amount: 300_000,
          period_end: '2026-02-28',
        },
        {
          ...topup,
          package_id: 'pkg-wa',
          package_code: 'WA_BALANCE',
          quota_type: 'lifetime',
          quantity: 1_000_000,
          unit_price: 1,
          amount: 1_000_000,
        },
        {
          ...topup,
          package_id: 'pkg-ai',
          package_code: 'AI_DIALOGS',
          quota_type: 'lifetime',
          quantity: 3,
          unit_price: 450_000,
          amount: 1_350_000,
        },
      ],
    });
  });

  test("uses the contract's end from the confirm, whatever hub-core says at payment", async () => {
    const { id, client } = await buyer('1001', { contract: { start_date: '2026-01-01', end_date: '2027-06-30' } });
    const draft = await createOrder(client, id, { agent_extra: '1' });
    app.sandbox.hubCore.organizations.patch(id, { contract: { end_date: '2027-09-30' } });
    const order = await confirmOrder(client, draft);
    expect(order.lines.map(({ periodEnd }) => periodEnd)).toEqual(['2027-09-30']);
    app.sandbox.hubCore.organizations.patch(id, { contract: null });
    await app.sandbox.mekariPay.pay(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(bookingOf(order.number)?.request.lines.map((line) => line.period_end)).toEqual(['2027-09-30']);
  });

  test('books excess without a monthly period on the day of payment', async () => {
    const { id, client } = await buyer('1001', { excess: [{ key: 'wa_balance_excess', period: 'Q3', quantity: 5 }] });
    const { number } = await purchase(app, client, id, { wa_balance: '1000000' });
    const request = bookingOf(number)?.request;
    expect(request?.lines[0]).toMatchObject({ kind: 'EXCESS', period_start: request?.paid_date, period_end: null });
  });
});

describe('Moderator fails', () => {
  test.each(['drop-answer', 'truncated-json'] as const)(
    'after it booked (lost answer: %s): the repeat finds the booking, which is a success',
    async (kind) => {
      const { id, client } = await buyer();
      const order = await confirmed(client, id, { agent_extra: '1' });
      app.sandbox.moderator.faults.set([{ kind, times: 1 }]);
      await app.sandbox.mekariPay.pay(order.number);
      const job = await failedJob(app, 'book_paid_pi', order.id);
      await retryJobs(app.database, [job.id]);
      const { paidInvoiceNumber } = await untilStatus(client, order.id, 'COMPLETED');
      expect(bookingOf(order.number)).toMatchObject({ pi_number: paidInvoiceNumber, attempts: 2 });
    },
  );

  test('while it is down: the order is paid and credited, the job is listed with its reason, and a retry completes it', async () => {
    const { id, client } = await buyer();
    const order = await confirmed(client, id, { agent_extra: '1' });
    await app.sandbox.moderator.refuse();
    await app.sandbox.mekariPay.pay(order.number);
    const job = await failedJob(app, 'book_paid_pi', order.id);
    expect((await readOrder(client, order.id)).status).toBe('PAID');
    expect(await balances(app, id)).toEqual({ agent_extra: '1' });
    const listed = await listStuckJobs(app.database);
    expect(listed.filter(({ key }) => key?.endsWith(order.id))).toMatchObject([
      { id: job.id, task: 'book_paid_pi', lastError: 'moderator unavailable: ECONNREFUSED' },
    ]);

    await app.sandbox.moderator.accept();
    await retryJobs(app.database, 'all');
    await untilStatus(client, order.id, 'COMPLETED');
    // The job ends after the step that it commits.
    await until(
      () => queuedJobs(app, order.id),
      (jobs) => jobs.every(({ task }) => task !== 'book_paid_pi'),
    );
  });

  test('with a rejection: the order stays PAID, and its credit stays', async () => {
    const { id, client } = await buyer();
    const order = await confirmed(client, id, { agent_extra: '1' });
    app.sandbox.moderator.faults.set([{ kind: 'status', status: 422 }]);
    await app.sandbox.mekariPay.pay(order.number);
    const { last_error } = await failedJob(app, 'book_paid_pi', order.id);
    expect(last_error).toBe('moderator rejected: it answered 422');
    expect((await readOrder(client, order.id)).status).toBe('PAID');
    expect(await balances(app, id)).toEqual({ agent_extra: '1' });
    const [retried] = await queuedJobs(app, order.id);
    app.sandbox.moderator.faults.clear();
    await retryJobs(app.database, [retried?.id ?? '']);
    await untilStatus(client, order.id, 'COMPLETED');
  });
});
