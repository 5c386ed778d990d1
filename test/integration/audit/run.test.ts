import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { audit, CHECKS, changesSince, nextAuditSince, queryOf, recordAuditRun } from '../../../src/audit/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { runQuery } from '../../../src/platform/database/run-queries.ts';
import type { Query } from '../../../src/platform/database/sql.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder, purchase, until } from '../../support/app/purchase.ts';

let app: TestApp;
let number: string;

beforeAll(async () => {
  app = await startApp();
  const admin = await app.client({ organization_id: '1001' });
  ({ number } = await purchase(app, admin, '1001', { wa_balance: '1000000' }));
  await confirmOrder(admin, await createOrder(admin, '1001', { agent_extra: '1' }));
});

afterAll(() => app.close());

/** An operator's command an hour ago, as the action trail records it. */
function commandInTrail(action: string, subject: string, actor = 'rina@finance'): string[] {
  return [
    `insert into action_trail (action_id, phase, at, actor, via, action, subject, correlation_id)
     values (gen_random_uuid(), 'asked', now() - interval '1 hour', '${actor}', 'command', '${action}', '${subject}', 'planted')`,
  ];
}

const stepByOperator = (from: string, to: string, cause = 'operator: refunded') =>
  `insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, correlation_id)
   select id, now(), '${from}', '${to}', '${cause}', 'rina@finance', 'planted' from topup_orders where number = :number`;

const approvalStep = (cause: string, actor: string) =>
  `insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, correlation_id)
   select id, now(), 'DRAFT', 'DRAFT', '${cause}', '${actor}', 'planted' from topup_orders where number = :number`;

/** A row of the completed order's money, recorded now by default. */
function paymentRow(kind: 'PAYMENT' | 'REFUND', amount: number | null, at = 'now()'): string {
  const original = amount === null ? `'61', 'USD'` : `'${Math.abs(amount)}', 'IDR'`;
  return `insert into order_payments select gen_random_uuid(), id, '${kind}', payment_provider, payment_invoice_id, ${amount}, ${original},
     null, ${at}, ${at} from topup_orders where number = :number`;
}

const exception = (outcome: string, amount: number | null) =>
  `insert into payment_events (id, event_id, source, type, order_number, order_id, invoice_id, amount, currency, outcome, received_at)
   select '${newId()}', '${newId()}', 'check', 'invoice.paid', number, id, payment_invoice_id, ${amount}, 'IDR', '${outcome}', now()
   from topup_orders where number = :number`;

/** A planted violation of each kind, in SQL that bypasses every trigger; o is the completed order. */
const PLANTED: Record<string, string[]> = {
  counter_equals_ledger: [`update organization_packages set balance = balance + 1 where quota_code = 'wa_balance'`],
  entry_has_its_balance: [`update quota_ledger_entries set balance_after = balance_after + 1`],
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
  slip_has_its_step: [
    `update topup_order_lines set withheld = 20000 where order_id = (select id from topup_orders where number = :number)`,
    `update topup_orders set withholding = 'PPH_23', withheld_total = 20000, withholding_slip_number = 'BP-1' where number = :number`,
  ],
  operators_moves_are_recorded: [
    ...commandInTrail('flags set', 'billing_new_topup on'),
    `insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, correlation_id)
     select id, now(), 'COMPLETED', 'REFUNDED', 'payment: webhook', null, 'planted' from topup_orders where number = :number`,
  ],
  buyers_moves_are_recorded: [
    `update action_trail set actor = 'somebody else' where action = 'confirmOrder' and phase = 'asked'
     and subject = (select id::text from topup_orders where number = :number)`,
  ],
  order_above_limit_is_approved: [
    `alter table topup_orders drop constraint topup_orders_approved_check`,
    `update topup_orders set approval_limit = total - 1 where number = :number`,
  ],
  approval_is_of_another: [approvalStep('submitTopupOrder', 'siti'), approvalStep('rejectTopupOrder', 'siti')],
  approval_has_its_step: [
    approvalStep('submitTopupOrder', 'siti'),
    `update topup_orders set approval_state = 'APPROVED' where number = :number`,
  ],
  paid_order_has_its_payment: [`delete from payment_events where order_number = :number`],
  credit_is_covered: [`update order_payments set amount = amount - 1`],
  surplus_has_its_exception: [`update order_payments set amount = amount + 1`],
  refund_has_its_exception: [paymentRow('REFUND', -1)],
  payment_after_refund_has_its_exception: [
    `update topup_orders set status = 'REFUNDED' where number = :number`,
    `insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, correlation_id)
     select id, now() - interval '1 hour', 'COMPLETED', 'REFUNDED', 'operator: refunded', 'rina@finance', 'planted'
     from topup_orders where number = :number`,
    paymentRow('PAYMENT', 1),
  ],
  give_backs_within_received: [
    `insert into order_give_backs
     select gen_random_uuid(), id, 'TRANSFER', 1000001, '1000001', 'IDR', 'planted', current_date, 'rina@finance', now()
     from topup_orders where number = :number`,
  ],
  give_back_closing_is_covered: [
    exception('surplus', 4000),
    `insert into payment_exception_closings
     select id, 'system', 'planted', now() from payment_events where outcome = 'surplus' and amount = 4000`,
  ],
  payment_has_its_row: [`delete from order_payments`],
  invoice_pays_one_order: [
    `insert into order_payments select gen_random_uuid(), gen_random_uuid(), kind, provider, invoice_id, amount,
       original_amount, original_currency, method, received_at, recorded_at from order_payments`,
  ],
  hint_is_checked: [
    `insert into payment_events (id, event_id, source, type, order_number, order_id, invoice_id, amount, currency, outcome, received_at)
     select '${newId()}', 'planted', 'webhook', 'invoice.partially_paid', number, id, payment_invoice_id, 1, 'IDR', 'hint',
       now() - interval '2 hours'
     from topup_orders where number = :number`,
    `update topup_orders set payment_checked_at = now() - interval '3 hours' where number = :number`,
  ],
  payment_step_has_its_payment: [
    `insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
     select id, now(), status, status, 'payment received: poll', 'planted' from topup_orders where number = :number`,
  ],
  payment_matches_status: [
    `update topup_orders set status = 'EXPIRED', completed_at = null, paid_invoice_number = null where number = :number`,
  ],
  paid_order_is_booked: [
    `update topup_orders set status = 'PAID', completed_at = null, paid_invoice_number = null where number = :number`,
    `update topup_order_events set at = at - interval '2 hours' where to_status = 'PAID'
     and order_id = (select id from topup_orders where number = :number)`,
  ],
  refund_within_credit: [
    `insert into quota_ledger_entries (id, organization_id, order_line_id, quota_code, kind, quantity, created_at, balance_after)
     select gen_random_uuid(), o.organization_id, line.id, line.quota_code, 'REFUND', -1, now(), 0
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
    `insert into topup_order_events (order_id, at, to_status, cause, correlation_id)
     select id, now(), status, 'copied', 'copied' from copied`,
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

/** The expected report when it is more than the order's number. */
const SUBJECTS: Record<string, () => string> = {
  counter_equals_ledger: () => '1001 wa_balance',
  entry_has_its_balance: () => '1001 wa_balance',
  paid_invoice_of_one_order: () => `${number} TU-COPY`,
};

type Found = Record<string, string[]>;

/**
 * Runs a full audit and one of the changes since a step (all steps by default) in a transaction that is never
 * committed, so the database is unchanged afterwards.
 */
async function plant(statements: readonly string[], since = 0n): Promise<{ whole: Found; changed: Found }> {
  const session = app.database.createQueryRunner();
  await session.connect();
  await session.startTransaction();
  try {
    // Back to the superuser who logged in: no other role may do this.
    await session.query(`set local role none; set local session_replication_role = replica`);
    for (const statement of statements)
      await session.query(statement.replaceAll(`':number'`, ':number').replaceAll(':number', `'${number}'`));
    const find = async (changes: Awaited<ReturnType<typeof changesSince>> | undefined) => {
      const found: Found = {};
      for (const check of CHECKS) {
        const violations: Query<{ subject: string }> = queryOf(check, systemClock.now(), changes);
        const rows = await runQuery(session.manager, violations);
        if (rows.length > 0) found[check.name] = rows.map(({ subject }) => subject);
      }
      return found;
    };
    return { whole: await find(undefined), changed: await find(await changesSince(session.manager, since)) };
  } finally {
    await session.rollbackTransaction();
    await session.release();
  }
}

test('a healthy database has no violation, and every check is counted', async () => {
  const { violations, counts } = await audit(app.database, systemClock);
  expect(violations).toEqual([]);
  expect([...counts.keys()]).toEqual(CHECKS.map(({ name }) => name));
});

test('every check has a planted violation in this file', () => {
  expect(Object.keys(PLANTED).sort()).toEqual(CHECKS.map(({ name }) => name).sort());
});

for (const [check, statements] of Object.entries(PLANTED)) {
  test(`${check}: a planted violation is reported by the order's number`, async () => {
    const { whole, changed } = await plant(statements);
    expect(whole[check]).toEqual([SUBJECTS[check]?.() ?? number]);
    expect(changed).toEqual(whole);
  });
}

describe("a buyer's move", () => {
  const moved = (from: string, to: string, cause: string) =>
    `insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, correlation_id)
     select id, now(), '${from}', '${to}', '${cause}', 'intruder', 'planted' from topup_orders where number = :number`;
  const violations = async (...statements: string[]) => (await plant(statements)).whole.buyers_moves_are_recorded;

  test('past the graph is found, whatever cause its step names', async () => {
    expect(await violations(moved('DRAFT', 'PENDING_PAYMENT', 'payment: webhook'))).toEqual([number]);
    expect(await violations(moved('PENDING_PAYMENT', 'CANCELLED', 'cancelTopupOrder'))).toEqual([number]);
    expect(await violations(moved('DRAFT', 'DRAFT', 'approveTopupOrder'))).toEqual([number]);
  });

  test('needs its own mutation of the same order before it', async () => {
    const asked = (action: string, subject = 'o.id::text') =>
      `insert into action_trail (action_id, phase, at, actor, via, organization_id, action, subject, correlation_id)
       select gen_random_uuid(), 'asked', now() - interval '1 minute', 'intruder', 'mutation', organization_id, '${action}', ${subject}, 'planted'
       from topup_orders o where number = :number`;
    const cancel = moved('PENDING_PAYMENT', 'CANCELLED', 'cancelTopupOrder');
    expect(await violations(asked('cancelTopupOrder'), cancel)).toBeUndefined();
    expect(await violations(asked('confirmOrder'), cancel)).toEqual([number]);
    expect(await violations(asked('cancelTopupOrder', "'another order'"), cancel)).toEqual([number]);
  });

  test('from before the trail recorded mutations is not judged', async () => {
    const forget = `delete from action_trail where via = 'mutation'`;
    expect(await violations(forget)).toBeUndefined();
  });
});

test('an order within its limit, and one above it that was approved, are in order', async () => {
  const confirmed = `update topup_orders set approval_limit = total where number = :number`;
  expect((await plant([confirmed])).whole).toEqual({});
  const approved = [
    `update topup_orders set approval_limit = total - 1, approval_state = 'APPROVED' where number = :number`,
    ...[approvalStep('submitTopupOrder', 'siti'), approvalStep('approveTopupOrder', 'budi')],
  ];
  const { whole } = await plant(approved);
  const names = ['order_above_limit_is_approved', 'approval_is_of_another', 'approval_has_its_step'];
  expect(names.filter((name) => name in whole)).toEqual([]);
});

describe("an operator's move", () => {
  const violations = async (...statements: string[]) => (await plant(statements)).whole.operators_moves_are_recorded;

  test('is right with the command of that operator for that order before it', async () => {
    const refund = stepByOperator('COMPLETED', 'REFUNDED');
    expect(await violations(...commandInTrail('orders refund', ':number'), refund)).toBeUndefined();
    expect(await violations(...commandInTrail('orders refund', ':number', 'budi@finance'), refund)).toEqual([number]);
    expect(await violations(...commandInTrail('orders approve', ':number'), refund)).toEqual([number]);
    expect(await violations(...commandInTrail('orders refund', 'TU-OTHER'), refund)).toEqual([number]);
  });

  test('of a kind that others make too shows by its cause', async () => {
    const cancel = (cause: string) => stepByOperator('PENDING_PAYMENT', 'CANCELLED', cause);
    const recorded = commandInTrail('orders cancel', ':number');
    expect(await violations(...recorded, cancel('operator: cancelled'))).toBeUndefined();
    const other = commandInTrail('flags set', 'x');
    expect(await violations(...other, cancel('operator: cancelled'))).toEqual([number]);
    expect(await violations(...other, cancel('cancelTopupOrder'))).toBeUndefined();
  });

  test('from before the trail recorded commands is not judged', async () => {
    expect(await violations(stepByOperator('COMPLETED', 'REFUNDED'))).toBeUndefined();
  });
});

describe('the money of an order', () => {
  const found = async (...statements: string[]) => Object.keys((await plant(statements)).whole);
  const approval = (reason: string) =>
    `insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, reason, correlation_id)
     select id, now(), 'PAYMENT_REVIEW', 'PAID', 'operator: payment approved', 'rina@finance', ${reason}, 'planted'
     from topup_orders where number = :number`;
  const tooLittle = `update order_payments set amount = amount - 1`;

  test('covers no credit that an operator approved with a reason, and needs no more then', async () => {
    expect(await found(tooLittle, approval(`'The bank took its fee'`))).not.toContain('credit_is_covered');
    expect(await found(tooLittle, approval('null'))).toContain('credit_is_covered');
  });

  test('that went back before the credit did not cover it', async () => {
    const early = `(select min(at) - interval '2 minutes' from topup_order_events where to_status = 'PAID')`;
    expect(await found(paymentRow('REFUND', -1, early), exception('refunded', 1))).toEqual(['credit_is_covered']);
    expect(await found(paymentRow('REFUND', -1), exception('refunded', 1))).toEqual([]);
  });

  test('that is too much is named by its exception, all of it', async () => {
    expect(await found(paymentRow('PAYMENT', 4000), exception('surplus', 3999))).toEqual(['surplus_has_its_exception']);
    expect(await found(paymentRow('PAYMENT', 4000), exception('surplus', 4000))).toEqual([]);
    expect(await found(paymentRow('PAYMENT', null))).toEqual(['surplus_has_its_exception']);
    expect(await found(paymentRow('PAYMENT', null), exception('surplus', null))).toEqual([]);
  });

  test('that went back is named by its exception, all of it', async () => {
    expect(await found(paymentRow('REFUND', -700), exception('refunded', 699))).toEqual(['refund_has_its_exception']);
    expect(await found(paymentRow('REFUND', -700), exception('refunded', 700))).toEqual([]);
  });

  test('has a row for each of its parts', async () => {
    const half = `update order_payments set amount = 500000`;
    expect(await found(half)).toEqual(['credit_is_covered', 'payment_has_its_row']);
    expect(await found(half, paymentRow('PAYMENT', 500_000))).toEqual([]);
  });
});

test('an order that was refunded before accounting booked it is judged as one that was credited', async () => {
  const refunded = [
    `update topup_orders set status = 'REFUNDED', completed_at = null, paid_invoice_number = null where number = :number`,
    `delete from topup_order_events where to_status = 'COMPLETED' and order_id = (select id from topup_orders where number = :number)`,
    ...commandInTrail('orders refund', ':number'),
    stepByOperator('PAID', 'REFUNDED'),
  ];
  expect((await plant(refunded)).whole).toEqual({});
  const notCredited = [...refunded, ...(PLANTED.paid_order_is_credited ?? [])];
  expect(Object.keys((await plant(notCredited)).whole)).toContain('paid_order_is_credited');
  // A refund of a payment under review has credited nothing.
  const credited = [...refunded, `update topup_orders set paid_at = null where number = :number`];
  expect(Object.keys((await plant(credited)).whole)).toContain('credit_belongs_to_paid_order');
});

test('a slip needs a step of an operator that names its number', async () => {
  const violations = async (...steps: string[]) =>
    (await plant([...(PLANTED.slip_has_its_step ?? []), ...steps])).whole.slip_has_its_step;
  const step = (cause: string) => stepByOperator('COMPLETED', 'COMPLETED', cause);
  expect(await violations(step('operator: withholding slip BP-1 recorded'))).toBeUndefined();
  expect(await violations(step('operator: withholding slip BP-2 recorded'))).toEqual([number]);
});

test('an order that became PAID again may wait for its booking from then on', async () => {
  const { whole } = await plant([
    ...(PLANTED.paid_order_is_booked ?? []),
    `insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
     select id, now(), 'PAYMENT_REVIEW', 'PAID', 'approved', 'approved' from topup_orders where number = :number`,
  ]);
  expect(whole.paid_order_is_booked).toBeUndefined();
});

test('an audit of changes skips orders without a step or a payment since the last audit', async () => {
  const [row] = await app.db.query<{ last: string }>('select max(id) as last from topup_order_events');
  const since = BigInt(row?.last ?? 0);
  for (const { name, ofChanges } of CHECKS) {
    // Payments are found by their time, which equals that of the last step here; orders in flight are always checked; and an
    // operator's move and a payment that moves nothing are steps.
    const found = [
      ...['inbox_is_processed', 'payment_is_acted_on_once', 'hint_is_checked'],
      ...['approval_is_of_another', 'approval_has_its_step', 'payment_step_has_its_payment'],
      ...['operators_moves_are_recorded', 'payment_after_refund_has_its_exception', 'give_back_closing_is_covered'],
    ];
    if (ofChanges === 'everything' || found.includes(name)) continue;
    const { whole, changed } = await plant(PLANTED[name] ?? [], since);
    expect(Object.keys(whole)).toContain(name);
    expect(changed[name], name).toBeUndefined();
  }
});

test('an audit records where its range ends when it starts: later changes belong to the next one', async () => {
  const [row] = await app.db.query<{ at: Date }>('select max(at) as at from topup_order_events');
  let minutes = 0;
  // An audit that starts here takes ten minutes until it reads the clock.
  const slow = {
    now() {
      minutes += 10;
      return new Date((row?.at ?? new Date()).getTime() + minutes * 60_000);
    },
  };
  const { lastStep } = await audit(app.database, slow);
  expect(lastStep).toBeUndefined();
});

test('an audit of changes covers an order that only a new payment names', async () => {
  const [row] = await app.db.query<{ last: string }>('select max(id) as last from topup_order_events');
  const { changed } = await plant(
    [
      `create temp table copied on commit drop as select * from payment_events where order_number = :number`,
      `update copied set id = '${newId()}', event_id = 'another', order_id = null, outcome = 'unknown_order'`,
      `insert into payment_events select * from copied`,
    ],
    BigInt(row?.last ?? 0),
  );
  expect(changed).toEqual({ inbox_is_processed: [number] });
});

test('the nightly job reports a violation as an error line, with the order', async () => {
  const other = await app.client({ organization_id: '1006' });
  const order = await confirmOrder(other, await createOrder(other, '1006', { wa_balance: '1000000' }));
  // Bypasses the triggers; the second call restores the order.
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

test('the nightly job runs on a connection of its own, without the time limit of a request', async () => {
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

describe('the next audit covers', () => {
  const DAY = 86_400_000;
  const night = Date.parse('2027-03-01T19:30:00Z');
  const clean = new Map([['counter_equals_ledger', 0]]);
  const found = new Map([['counter_equals_ledger', 2]]);
  const note = (daysAgo: number, scope: 'whole' | 'changed', counts = clean, step: bigint | 'not said' = 7n) =>
    recordAuditRun(
      app.database,
      { scope, counts, lastStep: step === 'not said' ? undefined : step, violations: [] },
      new Date(night - daysAgo * DAY),
    );
  const next = () => nextAuditSince(app.database, new Date(night));

  beforeEach(() => app.db.query('truncate audit_runs'));

  test('everything, when there was none before', async () => {
    expect(await next()).toBeUndefined();
  });

  test('the changes since the last audit that found nothing, whether full or partial', async () => {
    await note(2, 'whole', clean, 5n);
    expect(await next()).toBe(5n);
    await note(1, 'changed', clean, 9n);
    expect(await next()).toBe(9n);
  });

  test('everything, after one that found a violation, which is reported until it is fixed', async () => {
    await note(2, 'whole');
    await note(1, 'changed', found);
    expect(await next()).toBeUndefined();
    await note(0, 'whole', clean, 11n);
    expect(await next()).toBe(11n);
  });

  test('everything, when the failing one ran beside a smaller one that ended later', async () => {
    await note(0.1, 'whole', found);
    await note(0, 'changed');
    expect(await next()).toBeUndefined();
  });

  test('the changes, when the last one only found what every night checks again: an order that waits for accounting', async () => {
    await note(1, 'whole', new Map([['paid_order_is_booked', 3]]));
    expect(await next()).toBe(7n);
  });

  test('everything, once a week', async () => {
    await note(6, 'whole');
    await note(1, 'changed');
    expect(await next()).toBe(7n);
    await app.db.query('truncate audit_runs');
    await note(7, 'whole');
    await note(1, 'changed');
    expect(await next()).toBeUndefined();
  });

  test('everything, when the last one did not record its range', async () => {
    await app.db.query(`insert into audit_runs (finished_at, violations) values ('2027-02-28T19:31:00Z', '{}')`);
    expect(await next()).toBeUndefined();
    await note(1, 'whole', clean, 'not said');
    expect(await next()).toBeUndefined();
  });

  test('the nightly job starts where the last audit ended, and logs it', async () => {
    const asked = async () => {
      const before = app.logs.filter(({ event }) => event === 'audit_done').length;
      await app.db.query(`select graphile_worker.add_job('run_audit', '{}')`);
      const done = await until(
        async () => app.logs.filter(({ event }) => event === 'audit_done').slice(before),
        ({ length }) => length > 0,
      );
      return done[0]?.['scope'];
    };
    expect(await asked()).toBe('whole');
    // Its last step is an hour old, or it names none: all steps here are younger.
    const [run] = await app.db.query(`select scope, last_step from audit_runs order by id desc limit 1`);
    expect(run).toEqual({ scope: 'whole', last_step: null });
    await app.db.query(`update audit_runs set last_step = 0`);
    expect(await asked()).toBe('changed');
  });
});
