import { expect } from 'vitest';
import type { Sandbox } from '../../../sandbox/index.ts';
import { until } from '../../support/app/purchase.ts';
import type { TestDatabase } from '../../support/database/database.ts';
import { assertInvariants } from '../../support/database/invariants.ts';
import { runBuilt } from '../../support/processes/built.ts';

interface Parts {
  db: TestDatabase;
  sandbox: Sandbox;
}

/** Order numbers by status. */
export async function numbersByStatus(db: TestDatabase): Promise<Record<string, string[]>> {
  const rows = await db.query<{ status: string; numbers: string[] }>(
    'select status, array_agg(number order by number) as numbers from topup_orders group by status',
  );
  return Object.fromEntries(rows.map(({ status, numbers }) => [status, numbers]));
}

/**
 * All jobs except those that nobody needs now: a confirm's second look-up of its invoice, in some seconds, and the next
 * runs of recurring jobs.
 */
const jobsLeft = (db: TestDatabase) =>
  db.query(
    `select from graphile_worker.jobs where not (attempts = 0 and run_at > now() and (task_identifier = 'issue_invoice' or coalesce(flags ? 'recurring', false)))`,
  );

/** Waits until every order is in its final status and no job is left. The test's own timeout bounds it. */
export async function untilAtRest(db: TestDatabase, ends: Record<string, string[]>): Promise<void> {
  const wanted = JSON.stringify(sorted(ends));
  const read = async () => ({ orders: JSON.stringify(sorted(await numbersByStatus(db))), jobs: await jobsLeft(db) });
  await until(read, ({ orders, jobs }) => orders === wanted && jobs.length === 0);
}

function sorted(lists: Record<string, string[]>): [string, string[]][] {
  return Object.entries(lists)
    .map(([key, list]): [string, string[]] => [key, list.toSorted()])
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const SUMS = `
  select (select sum(quantity) from quota_ledger_entries where kind = 'TOPUP')::text as ledger,
         (select sum(balance) from organization_packages)::text as counters,
         (select sum(credits) from topup_order_lines line join topup_orders o on o.id = line.order_id
          where line.kind = 'TOPUP' and o.status in ('PAID', 'COMPLETED'))::text as bought,
         (select sum(total) from topup_orders where status in ('PAID', 'COMPLETED'))::text as charged`;

/**
 * Checks the invariants once everything is at rest, whatever died on the way. Returns the total credit. `paid` is the
 * number of payments.
 */
export async function assertNothingLost({ db, sandbox }: Parts, paid: number): Promise<string> {
  await assertInvariants(db);
  const [sums] = await db.query<Record<'ledger' | 'counters' | 'bought' | 'charged', string>>(SUMS);
  const bookings = sandbox.moderator.bookings();
  const booked = bookings.reduce((sum, { request }) => sum + request.amount, 0);
  expect({ ...sums, booked: String(booked) }).toEqual({
    ledger: sums?.bought,
    counters: sums?.bought,
    bought: sums?.bought,
    booked: sums?.charged,
    charged: sums?.charged,
  });

  const completed = await db.query<{ order_number: string; pi_number: string }>(
    `select number as order_number, paid_invoice_number as pi_number from topup_orders where status = 'COMPLETED'`,
  );
  expect(completed).toHaveLength(paid);
  const pis = bookings.map(({ pi_number, request }) => ({ order_number: request.order_number, pi_number }));
  expect(byNumber(pis)).toEqual(byNumber(completed));

  const confirmed = await db.query<{ number: string; invoice: string }>(
    'select number, payment_invoice_id as invoice from topup_orders where confirmed_at is not null order by number',
  );
  const invoices = sandbox.mekariPay.invoices().map(({ external_id, id }) => ({ number: external_id, invoice: id }));
  expect(invoices.toSorted((a, b) => (a.number < b.number ? -1 : 1))).toEqual(confirmed);

  const audit = await runBuilt('server/commands/audit.js', [], { DATABASE_URL: db.url });
  expect(audit).toMatchObject({ code: 0, stderr: '' });
  return sums?.counters ?? '0';
}

function byNumber<T extends { order_number: string }>(rows: T[]): T[] {
  return rows.toSorted((a, b) => (a.order_number < b.order_number ? -1 : 1));
}

/**
 * The number of copies of each mail, by "<number>.<kind>", without the recipient, since each organization has one
 * contact.
 */
export function mailsByOrder(sandbox: Sandbox): Record<string, number> {
  const byId = Object.groupBy(sandbox.mail.messages(), ({ messageId }) => messageId);
  const counts = Object.entries(byId).map(([id, mails = []]): [string, number] => [nameOfMail(id), mails.length]);
  const names = counts.map(([name]) => name);
  // One mail under two Message-IDs would be two mails to its recipient.
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  return Object.fromEntries(counts);
}

const nameOfMail = (messageId: string) => messageId.replace(/^<(.+)\.[0-9a-f]+@.*$/, '$1');
