import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Organization } from '../../../sandbox/index.ts';
import { jakartaDate } from '../../../src/kernel/jakarta.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { codes, tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import {
  confirmOrder,
  createOrder,
  type Items,
  purchase,
  readOrder,
  until,
  untilStatus,
} from '../../support/app/purchase.ts';
import { alerts, balances } from '../../support/app/webhook.ts';
import { type Relay, startRelay } from '../../support/neighbours/relay.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const DAY = 86_400;
const WHATSAPP = { wa_balance: '1000000' };

// Each test starts two days ago: its webhooks arrive at the present.
const time = movableClock();
let app: TestApp;
let pay: Relay;

beforeAll(async () => {
  pay = await startRelay();
  app = await startApp({
    clock: time.clock,
    sandbox: { clock: time.now, wireClock: time.now },
    env: { MEKARI_PAY_URL: pay.url, ORGANIZATION_TTL_SECONDS: '0' },
  });
  pay.setTarget(app.sandbox.mekariPay.url);
});

afterEach(async () => {
  pay.clear();
  time.toPresent();
  await app.sandbox.reset();
});
afterAll(async () => {
  await app.close();
  await pay.stop();
});

async function buyer(changes: Partial<Organization> = {}) {
  time.toPresent();
  time.advance(-2 * DAY);
  const id = addOrganization(app.sandbox, '1001', changes);
  return { id, client: await app.client({ organization_id: id, expires_in: 4 * DAY }) };
}

async function pending(items: Items = WHATSAPP, changes: Partial<Organization> = {}) {
  const { id, client } = await buyer(changes);
  return { id, client, order: await confirmOrder(client, await createOrder(client, id, items)) };
}

test('an invoice that is void by the time of its answer is not shown, and no mail asks for its payment', async () => {
  const { id, client } = await buyer();
  // The job for the invoice must run after this test's own actions, so its time is not in the past.
  time.toPresent();
  const draft = await createOrder(client, id, WHATSAPP);
  app.sandbox.mekariPay.faults.set([{ kind: 'drop-answer', match: { method: 'POST' }, times: 1 }]);
  expect(codes(await tryConfirm(client, draft))).toEqual(['PAYMENT_PROVIDER_UNAVAILABLE']);
  const invoice = app.sandbox.mekariPay.invoice(draft.number);
  await app.neighbours.paymentProvider.voidInvoice(invoice?.id ?? '', draft.number);

  await app.reconcile();
  expect(await readOrder(client, draft.id)).toMatchObject({ status: 'PENDING_PAYMENT', paymentUrl: null });
  const stored = await app.db.query('select payment_invoice_id, payment_url from topup_orders where id = $1', [
    draft.id,
  ]);
  expect(stored).toEqual([{ payment_invoice_id: invoice?.id, payment_url: null }]);
  await until(
    () => queuedJobs(app, draft.id),
    (jobs) => jobs.every(({ task }) => task !== 'send_order_mail'),
  );
  expect(app.sandbox.mail.messages().filter(({ subject }) => subject.includes(draft.number))).toEqual([]);

  time.advance(DAY + 1);
  await app.reconcile();
  expect((await readOrder(client, draft.id)).status).toBe('EXPIRED');
});

test("a payment after the contract's end is booked on the contract's last day, not after it", async () => {
  time.advance(-2 * DAY);
  const lastDay = jakartaDate(time.now());
  const contract = { start_date: '2026-01-01', end_date: lastDay };
  const { client, order } = await pending({ agent_extra: '1', muv: '500' }, { contract });
  time.toPresent();
  await app.sandbox.mekariPay.payLate(order.number);
  const completed = await untilStatus(client, order.id, 'COMPLETED');
  const period = { periodStart: lastDay, periodEnd: lastDay };
  expect(completed.lines.find(({ code }) => code === 'agent_extra')).toMatchObject(period);
  const request = app.sandbox.moderator.booking(order.number)?.request;
  expect(request?.paid_date).not.toBe(lastDay);
  const lines = request?.lines.map((line) => [line.package_code, line.period_start]);
  expect(lines).toEqual(
    expect.arrayContaining([
      ['AGENT', lastDay],
      ['MUV', request?.paid_date],
    ]),
  );
});

describe('the excess of a cancelled order that is paid late', () => {
  const excess = (quantity: number) => ({ excess: [{ key: 'wa_balance_excess', period: '2026-10', quantity }] });

  async function cancelled(quantity: number) {
    const fixture = await pending(WHATSAPP, excess(quantity));
    expect(fixture.order.excessTotal.amount).toBe(String(quantity));
    expect((await tryCancel(fixture.client, fixture.order.id)).order?.status).toBe('CANCELLED');
    return fixture;
  }

  const settledOf = (id: string) =>
    app.db.query(`select excess_settled::text from organization_packages where organization_id = $1`, [id]);

  async function settled(quantity: number) {
    const fixture = await buyer(excess(quantity));
    time.toPresent();
    await purchase(app, fixture.client, fixture.id, WHATSAPP);
    return fixture;
  }

  test('is settled without an alert when no other order settled it', async () => {
    const { id, client, order } = await cancelled(100);
    time.toPresent();
    await app.sandbox.mekariPay.payLate(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await settledOf(id)).toEqual([{ excess_settled: '100' }]);
    expect(alerts(app, order.number)).toEqual([]);
  });

  test('is credited with one alert, naming the overpaid order, when another order settled it', async () => {
    const { id, client, order } = await cancelled(100);
    time.toPresent();
    const other = await purchase(app, client, id, WHATSAPP);
    expect(other.excessTotal.amount).toBe('100');
    await app.sandbox.mekariPay.payLate(order.number);
    await app.sandbox.mekariPay.resend(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ wa_balance: '2000000' });
    expect(await settledOf(id)).toEqual([{ excess_settled: '200' }]);
    expect(alerts(app, order.number)).toEqual(['payment_exception: excess_paid_twice']);
    expect(alerts(app, other.number)).toEqual([]);
  });

  test('is no second payment when an older order settled another part: no alert', async () => {
    const { id, client } = await settled(60);
    app.sandbox.hubCore.organizations.patch(id, excess(100));
    const order = await confirmOrder(client, await createOrder(client, id, WHATSAPP));
    expect(order.excessTotal.amount).toBe('40');
    await tryCancel(client, order.id);
    await app.sandbox.mekariPay.payLate(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await settledOf(id)).toEqual([{ excess_settled: '100' }]);
    expect(alerts(app, order.number)).toEqual([]);
  });
});

describe('a look-up of an order at Mekari Pay', () => {
  const checkedAt = async (orderId: string) =>
    (
      await app.db.query<{ at: Date | null }>('select payment_checked_at as at from topup_orders where id = $1', [
        orderId,
      ])
    )[0]?.at;

  test.each([{ kind: 'status', status: 500 }, { kind: 'reset' }, { kind: 'wrong-shape' }] as const)(
    'that fails ($kind) is recorded too: the order does not stay first in line',
    async (fault) => {
      const { client, order } = await pending();
      expect(await checkedAt(order.id)).toBeNull();
      app.sandbox.mekariPay.faults.set([fault]);
      await app.reconcile();
      expect(await checkedAt(order.id)).toBeInstanceOf(Date);
      expect((await readOrder(client, order.id)).status).toBe('PENDING_PAYMENT');
    },
  );

  test('that finds a paid invoice without its amount credits nothing and loses nothing', async () => {
    const { id, client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    pay.alterAnswers((body) => body.replace(/"paid_amount":\d+/, '"paid_amount":null'));
    await app.reconcile();
    // The order does not expire as unpaid either.
    time.advance(DAY + 1);
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('PENDING_PAYMENT');
    expect(await balances(app, id)).toEqual({});

    pay.clear();
    await app.reconcile();
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual(WHATSAPP);
    expect(alerts(app, order.number)).toEqual([]);
  });
});
