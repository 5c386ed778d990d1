import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PaymentsReceived1765800000000 } from '../../../migrations/1765800000000-payments-received.ts';
import { PaymentsFromTheInbox1765810000000 } from '../../../migrations/1765810000000-payments-from-the-inbox.ts';
import { migrations } from '../../../migrations/index.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { insertOrder, insertRow } from '../../support/database/order-rows.ts';

/** Every order of the version before asks for Rp1.000.000. */
const TOTAL = { topup_total: 1_000_000, total: 1_000_000 };
const CONFIRMED = {
  ...TOTAL,
  confirmed_at: '2026-11-22T09:00:00Z',
  payment_expires_at: '2026-11-23T09:00:00Z',
};
const PAID = { ...CONFIRMED, paid_at: '2026-11-22T10:00:05Z' };
const COMPLETED = { ...PAID, status: 'COMPLETED', completed_at: '2026-11-22T10:00:09Z' };

interface OldOrder {
  order: Record<string, unknown>;
  /** Its events in the inbox, oldest first. A member that is left out is that of a webhook about the whole sum. */
  events: Record<string, unknown>[];
  /** The rows, and the reason of a review, after the migrations. */
  rows: string[];
  reason: string | null;
}

const ORDERS: Record<string, OldOrder> = {
  'settled by its webhook': {
    order: { ...COMPLETED, paid_invoice_number: 'PI/1' },
    events: [{ outcome: 'settled' }],
    rows: ['PAYMENT 1000000 1000000 IDR va_bni 10:00:05 10:00:07'],
    reason: null,
  },
  'settled by the poll, without a time and a method': {
    order: { ...PAID, status: 'PAID' },
    events: [{ outcome: 'settled', source: 'poll', paid_at: null, payment_method: null }],
    rows: ['PAYMENT 1000000 1000000 IDR - 10:00:07 10:00:07'],
    reason: null,
  },
  'under review for too little': {
    order: { ...CONFIRMED, status: 'PAYMENT_REVIEW' },
    events: [{ outcome: 'review', amount: 999_999 }],
    rows: ['PAYMENT 999999 999999 IDR va_bni 10:00:05 10:00:07'],
    reason: 'UNDERPAID',
  },
  'under review for too much: nothing is missing': {
    order: { ...CONFIRMED, status: 'PAYMENT_REVIEW' },
    events: [{ outcome: 'review', amount: 1_004_000 }],
    rows: ['PAYMENT 1004000 1004000 IDR va_bni 10:00:05 10:00:07'],
    reason: null,
  },
  'under review for dollars': {
    order: { ...CONFIRMED, status: 'PAYMENT_REVIEW' },
    events: [{ outcome: 'review', amount: 61, currency: 'USD' }],
    rows: ['PAYMENT - 61 USD va_bni 10:00:05 10:00:07'],
    reason: 'WRONG_CURRENCY',
  },
  'under review for one part, and told of another: the provider must say their sum': {
    order: { ...CONFIRMED, status: 'PAYMENT_REVIEW' },
    events: [
      { outcome: 'review', amount: 400_000 },
      { outcome: 'second_payment', amount: 600_000 },
    ],
    rows: ['PAYMENT 400000 400000 IDR va_bni 10:00:05 10:00:07'],
    reason: 'UNDERPAID',
  },
  'settled, and told again by the poll and with another second': {
    order: { ...COMPLETED, paid_invoice_number: 'PI/2' },
    events: [{ outcome: 'settled' }, { outcome: 'repeated', source: 'poll' }, { outcome: 'second_payment' }],
    rows: ['PAYMENT 1000000 1000000 IDR va_bni 10:00:05 10:00:07'],
    reason: null,
  },
  'approved by an operator, without a notice of the provider': {
    order: { ...COMPLETED, paid_invoice_number: 'PI/3' },
    events: [{ outcome: 'review', source: 'poll', amount: 5 }],
    rows: ['PAYMENT 5 5 IDR va_bni 10:00:05 10:00:07'],
    reason: null,
  },
  'refunded after its credit': {
    order: { ...COMPLETED, status: 'REFUNDED', paid_invoice_number: 'PI/4' },
    events: [{ outcome: 'settled' }, { outcome: 'contradicts_payment', type: 'invoice.expired' }],
    rows: ['PAYMENT 1000000 1000000 IDR va_bni 10:00:05 10:00:07'],
    reason: null,
  },
  'refunded from its review': {
    order: { ...CONFIRMED, status: 'REFUNDED' },
    events: [{ outcome: 'review', amount: 7 }],
    rows: ['PAYMENT 7 7 IDR va_bni 10:00:05 10:00:07'],
    reason: null,
  },
  'expired, of which the provider said so': {
    order: { ...CONFIRMED, status: 'EXPIRED' },
    events: [{ outcome: 'noted', type: 'invoice.expired' }],
    rows: [],
    reason: null,
  },
  'a draft that was never confirmed, with a payment of nobody knows what': {
    order: TOTAL,
    events: [{ outcome: 'not_payable' }],
    rows: [],
    reason: null,
  },
};

let db: TestDatabase;
let latest: DataSource;
const ids = new Map<string, string>();

beforeAll(async () => {
  db = await createDatabase('template1');
  const before = migrations.slice(0, migrations.indexOf(PaymentsReceived1765800000000));
  const old = await connectDatabase({ url: db.url, entities: [], migrations: before });
  await old.runMigrations();
  await old.transaction(async (tx) => {
    // The rows as they were left: their own triggers ran then.
    await tx.query('set local session_replication_role = replica');
    for (const [name, { order, events }] of Object.entries(ORDERS)) ids.set(name, await insertOld(tx, order, events));
    await insertEvent(tx, { order_id: null, order_number: 'TU-OF-NOBODY', outcome: 'unknown_order' });
  });
  await old.destroy();
  latest = await connectDatabase({ url: db.url, entities: [], migrations: [...migrations] });
  await latest.runMigrations();
});

afterAll(async () => {
  await latest.destroy();
  await db.drop();
});

async function insertOld(tx: EntityManager, order: Record<string, unknown>, events: Record<string, unknown>[]) {
  const invoice = order['confirmed_at'] === undefined ? null : `inv_${newId()}`;
  const id = await insertOrder(tx, { ...order, payment_invoice_id: invoice });
  for (const event of events) {
    await insertEvent(tx, { order_id: id, order_number: `TU-${id}`, invoice_id: invoice ?? 'inv_none', ...event });
  }
  return id;
}

const insertEvent = (tx: EntityManager, event: Record<string, unknown>) =>
  insertRow(tx, 'payment_events', {
    id: newId(),
    event_id: newId(),
    source: 'webhook',
    type: 'invoice.paid',
    invoice_id: 'inv_none',
    amount: 1_000_000,
    currency: 'IDR',
    paid_at: '2026-11-22T10:00:05Z',
    payment_method: 'va_bni',
    received_at: '2026-11-22T10:00:07Z',
    ...event,
  });

const rowsOf = async (name: string) => {
  const rows = await db.query<{ row: string }>(
    `select concat_ws(' ', kind, coalesce(amount::text, '-'), original_amount, original_currency, coalesce(method, '-'),
       to_char(received_at at time zone 'UTC', 'HH24:MI:SS'), to_char(recorded_at at time zone 'UTC', 'HH24:MI:SS')) as row
     from order_payments where order_id = $1 order by recorded_at, id`,
    [ids.get(name)],
  );
  return rows.map(({ row }) => row);
};
const reasonOf = async (name: string) => {
  const [row] = await db.query<{ review_reason: string | null }>(
    'select review_reason from topup_orders where id = $1',
    [ids.get(name)],
  );
  return row?.review_reason;
};

test.each(Object.entries(ORDERS))('an order of the version before: %s', async (name, { rows, reason }) => {
  expect(await rowsOf(name)).toEqual(rows);
  expect(await reasonOf(name)).toBe(reason);
});

test('each row belongs to the invoice and the provider of its event, and nobody else has one', async () => {
  const strangers = await db.query(
    `select from order_payments payment left join payment_events event using (id)
     where event.order_id is distinct from payment.order_id or event.invoice_id <> payment.invoice_id
       or event.provider <> payment.provider`,
  );
  expect(strangers).toEqual([]);
  expect(await db.query('select from order_payments')).toHaveLength(10);
});

test('a second run, as after a crash between two batches, adds what is missing and nothing twice', async () => {
  const all = () => db.query('select * from order_payments order by id');
  const complete = await all();
  const session = latest.createQueryRunner();
  await session.query('set session_replication_role = replica');
  await session.query(`delete from order_payments where original_currency = 'USD'`);
  await session.query('set session_replication_role = origin');
  await new PaymentsFromTheInbox1765810000000().up(session);
  await session.release();
  expect(await all()).toEqual(complete);
});
