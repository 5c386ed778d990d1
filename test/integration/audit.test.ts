import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit, CHECKS } from '../../src/audit/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { confirmOrder, createOrder, purchase, until } from '../support/purchase.ts';

let app: TestApp;
let number: string;

beforeAll(async () => {
  app = await startApp();
  const admin = await app.client({ organization_id: '1001' });
  ({ number } = await purchase(app, admin, '1001', { wa_balance: '1000000' }));
  await confirmOrder(admin, await createOrder(admin, '1001', { agent_extra: '1' }));
});

afterAll(() => app.close());

/** What a violation of each kind could look like, in SQL that goes past every trigger; o is the completed order. */
const PLANTED: Record<string, string[]> = {
  counter_equals_ledger: [`update organization_packages set balance = balance + 1 where quota_code = 'wa_balance'`],
  paid_order_is_credited: [
    `delete from quota_ledger_entries`,
    `update organization_packages set balance = 0 where quota_code = 'wa_balance'`,
  ],
  credit_belongs_to_paid_order: [
    `update topup_orders set status = 'CANCELLED', completed_at = null, paid_invoice_number = null where number = :number`,
  ],
  credit_equals_line: [`update quota_ledger_entries set quantity = quantity + 1`],
  total_equals_lines: [
    `update topup_orders set total = total + 1, topup_total = topup_total + 1 where number = :number`,
  ],
  timeline_ends_at_status: [
    `delete from topup_order_events where to_status = 'COMPLETED'
     and order_id = (select id from topup_orders where number = :number)`,
  ],
  timeline_has_no_gap: [
    `delete from topup_order_events where to_status = 'PENDING_PAYMENT'
     and order_id = (select id from topup_orders where number = :number)`,
  ],
  paid_order_has_its_payment: [`delete from payment_events where order_number = :number`],
  payment_matches_status: [
    `update topup_orders set status = 'EXPIRED', completed_at = null, paid_invoice_number = null where number = :number`,
  ],
  paid_order_is_booked: [
    `update topup_orders set status = 'PAID', completed_at = null, paid_invoice_number = null where number = :number`,
    `update topup_order_events set at = at - interval '2 hours' where to_status = 'PAID'
     and order_id = (select id from topup_orders where number = :number)`,
  ],
  refund_within_credit: [
    `insert into quota_ledger_entries (id, organization_id, order_line_id, quota_code, kind, quantity, created_at)
     select gen_random_uuid(), o.organization_id, line.id, line.quota_code, 'REFUND', -1, now()
     from topup_orders o join topup_order_lines line on line.order_id = o.id
     where o.number = :number and line.quota_code = 'wa_balance'`,
    `update organization_packages set balance = balance - 1 where quota_code = 'wa_balance'`,
  ],
  paid_order_has_its_job: [
    `update topup_orders set status = 'PAID', completed_at = null, paid_invoice_number = null where number = :number`,
  ],
  paid_invoice_of_one_order: [
    `create temp table copied on commit drop as select * from topup_orders where number = :number`,
    `update copied set id = gen_random_uuid(), number = 'TU-COPY', payment_invoice_id = null, payment_url = null`,
    `insert into topup_orders select * from copied`,
  ],
  inbox_is_processed: [
    `update payment_events set order_id = null, outcome = 'unknown_order' where order_number = :number`,
  ],
  payment_is_acted_on_once: [
    `create temp table copied on commit drop as select * from payment_events where order_number = :number`,
    `update copied set id = gen_random_uuid(), event_id = 'another'`,
    `insert into payment_events select * from copied`,
  ],
  pending_order_moves: [
    `update topup_orders set status = 'PENDING_PAYMENT', completed_at = null, paid_invoice_number = null, payment_expires_at = now() - interval '2 hours'
     where number = :number`,
  ],
  job_has_attempts_left: [
    `select graphile_worker.add_job('book_paid_pi', job_key := 'book_paid_pi:' || id, run_at := now() + interval '1 day',
       max_attempts := 1) from topup_orders where number = :number`,
    `update graphile_worker._private_jobs set attempts = 1 where key like 'book_paid_pi:%'`,
  ],
};

/** Where it is not the order's number alone. */
const SUBJECTS: Record<string, () => string> = {
  counter_equals_ledger: () => '1001 wa_balance',
  paid_invoice_of_one_order: () => `${number} TU-COPY`,
};

/** In a transaction that is never committed: the database is whole again after it. */
async function plant(statements: readonly string[]) {
  const session = app.database.createQueryRunner();
  await session.connect();
  await session.startTransaction();
  try {
    // Back to the superuser who logged in: nobody else could.
    await session.query(`set local role none; set local session_replication_role = replica`);
    for (const statement of statements) await session.query(statement.replaceAll(':number', `'${number}'`));
    const found: Record<string, string[]> = {};
    for (const { name, sql } of CHECKS) {
      const rows = await session.query(sql, sql.includes('$1') ? [systemClock.now()] : []);
      if (rows.length > 0) found[name] = rows.map(({ subject }: { subject: string }) => subject);
    }
    return found;
  } finally {
    await session.rollbackTransaction();
    await session.release();
  }
}

test('a database in which all is well has no violation, and every check is counted', async () => {
  const { violations, counts } = await audit(app.database, systemClock);
  expect(violations).toEqual([]);
  expect([...counts.keys()]).toEqual(CHECKS.map(({ name }) => name));
});

test('every check has a planted violation here', () => {
  expect(Object.keys(PLANTED).sort()).toEqual(CHECKS.map(({ name }) => name).sort());
});

for (const [check, statements] of Object.entries(PLANTED)) {
  test(`${check}: a planted violation is reported by the order's number`, async () => {
    const found = await plant(statements);
    expect(Object.keys(found)).toContain(check);
    expect(found[check]).toEqual([SUBJECTS[check]?.() ?? number]);
  });
}

test('the nightly job reports a violation as an error line, with the order', async () => {
  const other = await app.client({ organization_id: '1006' });
  const order = await confirmOrder(other, await createOrder(other, '1006', { wa_balance: '1000000' }));
  // Past the triggers, for as long as the job looks.
  const tamper = (by: number) =>
    app.database.transaction(async (tx) => {
      await tx.query(`set local role none; set local session_replication_role = replica`);
      await tx.query(`update topup_orders set total = total + $2, topup_total = topup_total + $2 where id = $1`, [
        order.id,
        by,
      ]);
    });
  await tamper(1);
  await app.db.query(`select graphile_worker.add_job('run_audit', '{}')`);
  await until(
    async () => app.logs.find(({ event }) => event === 'audit_done'),
    (done) => done !== undefined,
  );
  await tamper(-1);
  const violations = app.logs.filter(({ event }) => event === 'audit_violation');
  expect(violations).toMatchObject([{ level: 50, check: 'total_equals_lines', subject: order.number }]);
});

test('the nightly job takes its time on a connection of its own, which no limit of a request breaks', async () => {
  const holder = new pg.Client({ connectionString: app.db.url });
  await holder.connect();
  const auditors = () =>
    app.db.query<{ waiting: boolean }>(
      `select wait_event_type = 'Lock' as waiting from pg_stat_activity
       where datname = current_database() and application_name = 'self-topup-audit'`,
    );
  const done = () => app.logs.filter(({ event }) => event === 'audit_done').length;
  const before = done();
  try {
    await holder.query('begin');
    await holder.query('lock table quota_ledger_entries in access exclusive mode');
    await app.db.query(`select graphile_worker.add_job('run_audit', '{}')`);
    await until(auditors, (rows) => rows.some(({ waiting }) => waiting));
    await holder.query('commit');
  } finally {
    await holder.end();
  }
  await until(
    async () => done(),
    (count) => count === before + 1,
  );
  await until(auditors, (rows) => rows.length === 0);
});
