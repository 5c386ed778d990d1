import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder, until } from '../../support/app/purchase.ts';
import { balances } from '../../support/app/webhook.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

/** The notices that providers send, their answers when they are asked afterwards, and the facts that must hold at rest (domain.md 8.1). */

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

type Data = Record<string, unknown>;
interface Case {
  name: string;
  /** The members of each event beside the ids, or the raw text of a body with INV, NUMBER and AT. */
  deliver: ({ type: string; data: Data } | string)[];
  asked?: 'part' | 'in dollars' | 'whole' | 'with a fee' | 'given back';
  status: number[];
  order: string;
  credited: boolean;
  exception?: [outcome: string, amount: number];
}

const paid = (data: Data, type = 'invoice.paid') => ({ type, data: { amount: 1_000_000, currency: 'IDR', ...data } });

const CASES: Case[] = [
  {
    name: 'a part payment, with both members',
    deliver: [paid({ paid_amount: 400_000 })],
    asked: 'part',
    status: [200],
    order: 'PAYMENT_REVIEW',
    credited: false,
  },
  {
    name: 'the whole sum in another currency',
    deliver: [paid({ paid_amount: 1_000_000, paid_currency: 'USD' })],
    asked: 'in dollars',
    status: [200],
    order: 'PAYMENT_REVIEW',
    credited: false,
  },
  {
    name: 'two parts, the second one first',
    deliver: [paid({ paid_amount: 1_000_000 }), paid({ paid_amount: 400_000 }, 'invoice.partially_paid')],
    asked: 'whole',
    status: [200, 200],
    order: 'COMPLETED',
    credited: true,
  },
  {
    name: 'a channel fee on top',
    deliver: [paid({ amount: 1_004_000 })],
    asked: 'with a fee',
    status: [200],
    order: 'COMPLETED',
    credited: true,
    exception: ['surplus', 4000],
  },
  {
    name: 'whole rupiah, written with decimals',
    deliver: [
      '{"type":"invoice.paid","data":{"invoice_id":"INV","external_id":"NUMBER","amount":1000000.0,"currency":"IDR","paid_at":"AT"}}',
    ],
    asked: 'whole',
    status: [200],
    order: 'COMPLETED',
    credited: true,
  },
  {
    name: 'a fraction of a rupiah',
    deliver: [
      '{"type":"invoice.paid","data":{"invoice_id":"INV","external_id":"NUMBER","amount":1000000.5,"currency":"IDR","paid_at":"AT"}}',
    ],
    status: [400],
    order: 'PENDING_PAYMENT',
    credited: false,
  },
  {
    name: 'a type that we do not know',
    deliver: ['{"type":"invoice.viewed","data":{"invoice_id":"INV","external_id":"NUMBER"}}'],
    status: [200],
    order: 'PENDING_PAYMENT',
    credited: false,
  },
  {
    name: 'refunded after it was paid',
    deliver: [paid({}), paid({ refunded_amount: 1_000_000 }, 'invoice.refunded')],
    asked: 'given back',
    status: [200, 200],
    order: 'COMPLETED',
    credited: true,
    exception: ['refunded', 1_000_000],
  },
];

/** `at` moves the clock to that time, after the token was issued. */
async function pending(at?: string) {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  if (at !== undefined) time.advance((Date.parse(at) - time.now().getTime()) / 1000);
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  return { id, client, order, invoice: app.sandbox.mekariPay.invoice(order.number)?.id ?? '' };
}
type Fixture = Awaited<ReturnType<typeof pending>>;

async function become({ order }: Fixture, asked: Case['asked']): Promise<void> {
  const pay = app.sandbox.mekariPay;
  const webhook = false;
  if (asked === 'part') await pay.payPart(order.number, { amount: 400_000, webhook });
  else if (asked === 'in dollars') await pay.payWrong(order.number, { amount: 1_000_000, currency: 'USD', webhook });
  else if (asked === 'with a fee') await pay.payFee(order.number, { webhook });
  else if (asked !== undefined) await pay.pay(order.number, { webhook });
  if (asked === 'given back') await pay.refund(order.number, { webhook });
}

function bodyOf(event: Case['deliver'][number], { order, invoice }: Fixture, at: string): string {
  // In quotes: an order's number may have the letters AT.
  const values = [
    ['"INV"', invoice],
    ['"NUMBER"', order.number],
    ['"AT"', at],
  ] as const;
  if (typeof event === 'string')
    return values.reduce((text, [name, value]) => text.replace(name, JSON.stringify(value)), event);
  const data = { invoice_id: invoice, external_id: order.number, paid_at: at, ...event.data };
  return JSON.stringify({ ...event, data });
}

const deliver = async (body: string) => (await app.sandbox.mekariPay.sendRaw({ body })).status;

const exceptionsOf = async (number: string) =>
  app.db.query<{ outcome: string; amount: string }>(
    `select outcome, amount::text from payment_events where order_number = $1
     and outcome not in ('settled', 'review', 'returned', 'received', 'hint', 'noted') order by id`,
    [number],
  );

/** Waits until no check is left to run, so that nothing moves any more. */
async function atRest({ client, order }: Fixture, status: string) {
  await until(
    () => app.db.query(`select 1 from graphile_worker.jobs where task_identifier in ('check_payment', 'book_paid_pi')`),
    (jobs) => jobs.length === 0,
  );
  return until(
    () => readOrder(client, order.id),
    (current) => current.status === status,
  );
}

test.each(CASES)('$name: $order', async ({ deliver: events, asked, status, order, credited, exception }) => {
  const fixture = await pending();
  await become(fixture, asked);
  const at = new Date(time.now().getTime() - 5000).toISOString();
  const statuses: (number | null)[] = [];
  for (const event of events) statuses.push(await deliver(bodyOf(event, fixture, at)));
  expect(statuses).toEqual(status);
  await atRest(fixture, order);
  expect(await balances(app, fixture.id)).toEqual(credited ? { wa_balance: '1000000' } : {});
  const expected = exception === undefined ? [] : [{ outcome: exception[0], amount: String(exception[1]) }];
  expect(await exceptionsOf(fixture.order.number)).toEqual(expected);
});

test('one payment, told with two roundings of its time and once without an offset, is one', async () => {
  const fixture = await pending('2026-11-30T16:29:05Z');
  time.advance(60);
  await app.sandbox.mekariPay.pay(fixture.order.number, { webhook: false });
  for (const at of ['2026-11-30T16:29:59.950Z', '2026-11-30T16:30:00.050Z', '2026-11-30 23:30:00']) {
    expect(await deliver(bodyOf(paid({}), fixture, at))).toBe(200);
  }
  await atRest(fixture, 'COMPLETED');
  expect(await balances(app, fixture.id)).toEqual({ wa_balance: '1000000' });
  expect(await exceptionsOf(fixture.order.number)).toEqual([]);
  expect(app.sandbox.moderator.booking(fixture.order.number)?.request.paid_date).toBe('2026-11-30');
  expect(await app.db.query('select amount from order_payments where order_id = $1', [fixture.order.id])).toHaveLength(
    1,
  );
});

test('paid at a time long ago: booked on the day of receipt, and an operator is told', async () => {
  const fixture = await pending();
  await app.sandbox.mekariPay.pay(fixture.order.number, { webhook: false });
  expect(await deliver(bodyOf(paid({}), fixture, '2001-01-01T00:00:00Z'))).toBe(200);
  await atRest(fixture, 'COMPLETED');
  const today = new Date(time.now().getTime() + 7 * 3_600_000).toISOString().slice(0, 10);
  expect(app.sandbox.moderator.booking(fixture.order.number)?.request).toMatchObject({
    paid_date: today,
    active_from: today,
  });
  expect(await exceptionsOf(fixture.order.number)).toEqual([{ outcome: 'implausible_time', amount: '1000000' }]);
});
