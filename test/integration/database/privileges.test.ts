import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueInvoiceJob } from '../../../src/payments/index.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCancel } from '../../support/app/mutations.ts';
import { confirmOrder, createOrder, purchase } from '../../support/app/purchase.ts';
import { insertRow } from '../../support/database/order-rows.ts';
import { readAs } from '../../support/database/read-as.ts';

/**
 * Statements that the database refuses to the roles for callers and for background work, in SQL that bypasses our code.
 */

let app: TestApp;
let completed: OrderFragment;
let pending: OrderFragment;
let draft: OrderFragment;

beforeAll(async () => {
  app = await startApp();
  const client = await app.client();
  completed = await purchase(app, client, '1001', { muv: '500' });
  pending = await confirmOrder(client, await createOrder(client, '1001', { muv: '1000' }));
  draft = await createOrder(client, '1001', { muv: '2500' });
});

afterAll(() => app.close());

const owner = {
  caller: { subject: 'u', organizationId: '1001', scopes: new Set(['topup:write']) },
} as unknown as RequestContext;

type Work = (tx: EntityManager) => Promise<unknown>;
const roles = {
  runtime: (work: Work) => app.callers.transaction(owner, work),
  background: (work: Work) => inTransaction(app.database, work),
};
type Role = keyof typeof roles;

/** Refused by privilege, or by the later check that the message names. */
const DENIED = 'permission denied';

describe.each(['runtime', 'background'] as const)('as %s', (role) => {
  const each = (words: { runtime: string; background: string }) => new RegExp(words[role]);
  const statement = (sql: string) => async (tx: EntityManager) => tx.query(sql, [completed.id]);

  const appended = {
    quota_ledger_entries: 'quantity',
    topup_order_events: 'cause',
    payment_events: 'outcome',
    order_documents: 'kind',
    replaced_quotes: 'quote',
  };
  test.each(
    Object.entries(appended).flatMap(([table, column]) => [
      `update ${table} set ${column} = ${column}`,
      `delete from ${table}`,
      `truncate ${table} cascade`,
    ]),
  )('%s is refused', async (sql) => {
    await expect(roles[role]((tx) => tx.query(sql))).rejects.toThrow(DENIED);
  });

  test('a second credit is refused', async () => {
    const [entry] = await app.db.query<Record<string, unknown>>(
      `select entry.* from quota_ledger_entries entry join topup_order_lines line on line.id = order_line_id where order_id = $1`,
      [completed.id],
    );
    const words = each({ runtime: DENIED, background: 'quota_ledger_entries_line_kind_key' });
    await expect(
      roles[role]((tx) => insertRow(tx, 'quota_ledger_entries', { ...entry, id: randomUUID() })),
    ).rejects.toThrow(words);
  });

  test('a credit of an unpaid order is refused', async () => {
    const [line] = await app.db.query<{ id: string; credits: string }>(
      'select id, credits from topup_order_lines where order_id = $1',
      [pending.id],
    );
    const words = each({ runtime: DENIED, background: 'is credited and not paid' });
    await expect(
      roles[role]((tx) =>
        insertRow(tx, 'quota_ledger_entries', {
          id: randomUUID(),
          organization_id: '1001',
          order_line_id: line?.id,
          quota_code: 'muv',
          kind: 'TOPUP',
          quantity: line?.credits,
          created_at: '2026-11-22',
        }),
      ),
    ).rejects.toThrow(words);
  });

  test('the counters cannot be written directly', async () => {
    const words = each({ runtime: DENIED, background: 'organization_packages is written by the ledger alone' });
    await expect(roles[role]((tx) => tx.query('update organization_packages set balance = 0'))).rejects.toThrow(words);
  });

  test('a paid order without its credit is refused', async () => {
    const words = each({ runtime: `${DENIED}|paid_check`, background: 'is paid and not credited' });
    const paid = role === 'runtime' ? `status = 'PAID'` : `status = 'PAID', paid_at = now()`;
    await expect(
      roles[role]((tx) => tx.query(`update topup_orders set ${paid} where id = $1`, [pending.id])),
    ).rejects.toThrow(words);
  });

  test.each([
    ['COMPLETED', 'PENDING_PAYMENT'],
    ['COMPLETED', 'CANCELLED'],
    ['COMPLETED', 'DRAFT'],
  ])('a move from %s to %s is refused', async (from, to) => {
    const words = each({
      runtime: `may not move order .* from ${from} to ${to}`,
      background: `cannot move from ${from} to ${to}`,
    });
    await expect(roles[role](statement(`update topup_orders set status = '${to}' where id = $1`))).rejects.toThrow(
      words,
    );
  });

  test.each(['-1', '0', '1000.5', '1e3', 'NaN', ''])('a total of "%s" is refused', async (total) => {
    const words = /topup_orders_totals_check|invalid input syntax for type bigint/;
    await expect(
      roles[role]((tx) =>
        tx.query('update topup_orders set topup_total = $2, total = $2 where id = $1', [draft.id, total]),
      ),
    ).rejects.toThrow(words);
  });

  test('the totals of a confirmed order are frozen', async () => {
    const sql = 'update topup_orders set topup_total = topup_total + 1, total = total + 1 where id = $1';
    await expect(roles[role]((tx) => tx.query(sql, [pending.id]))).rejects.toThrow('totals are frozen');
  });

  test('an order is never deleted', async () => {
    const words = role === 'background' ? 'is never deleted' : DENIED;
    await expect(roles[role](statement('delete from topup_orders where id = $1'))).rejects.toThrow(words);
  });

  test.each([
    'alter table topup_orders no force row level security',
    'drop policy own_rows on topup_orders',
    'alter table topup_orders disable trigger all',
    'drop table topup_orders',
    'create table mine (id int)',
    `create function mine() returns int language sql as 'select 1'`,
    `set role self_topup_migrator; alter role self_topup_migrator superuser`,
  ])('%s is refused', async (sql) => {
    await expect(roles[role]((tx) => tx.query(sql))).rejects.toThrow(/permission denied|must be owner|no privileges/);
  });
});

describe('as runtime alone', () => {
  test.each([
    'payment_events',
    'payment_exception_closings',
    'order_give_backs',
    'order_mail_deliveries',
    'booking_corrections',
    'unsent_order_mails',
    'refused_mail_addresses',
    'order_reminders',
    'event_subscriptions',
    'event_deliveries',
    'audit_runs',
    'job_workers',
    'periodic_tasks',
    'graphile_worker.jobs',
    'graphile_worker._private_jobs',
  ])('%s cannot be read', async (table) => {
    await expect(app.callers.connections.query(`select from ${table}`)).rejects.toThrow(DENIED);
  });

  test.each([
    'payment_invoice_id',
    'payment_url',
    'paid_at',
    'paid_invoice_number',
    'payment_checked_at',
    'completed_at',
  ])('the %s of an order cannot be written: it belongs to the code that talks to Mekari Pay', async (column) => {
    await expect(
      roles.runtime((tx) => tx.query(`update topup_orders set ${column} = null where id = $1`, [draft.id])),
    ).rejects.toThrow(DENIED);
  });

  test.each([
    ['payment_invoice_id', `'inv_1'`],
    ['payment_url', `'https://pay.example/'`],
    ['paid_at', 'now()'],
    ['paid_invoice_number', `'PI/1'`],
    ['payment_checked_at', 'now()'],
    ['completed_at', 'now()'],
  ])('a draft cannot be inserted with %s', async (column, value) => {
    const insert = `insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total,
      total, quote_expires_at, correlation_id, created_at, ${column})
      values (gen_random_uuid(), 'TU-1', '1001', 'x', 'DRAFT', 1, 0, 1, now(), 'test', now(), ${value})`;
    await expect(roles.runtime((tx) => tx.query(insert))).rejects.toThrow(DENIED);
  });

  const enqueue = 'select enqueue_job($1, $2::json, $3, null, 1, 0)';
  test.each(['book_paid_pi', 'void_invoice', 'send_order_mail', 'run_audit'])('%s cannot be enqueued', async (task) => {
    const job = [task, JSON.stringify({ orderId: pending.id }), `${task}:${pending.id}`];
    await expect(roles.runtime((tx) => tx.query(enqueue, job))).rejects.toThrow(DENIED);
  });

  test("the invoice job of an own order can be enqueued under its own key only, and no other order's", async () => {
    const invoiceOf = (order: { id: string }, key = `issue_invoice:${order.id}`, organizationId = '1001') => [
      issueInvoiceJob.name,
      JSON.stringify({ orderId: order.id, organizationId, correlationId: 'test' }),
      key,
    ];
    const theirs = await createOrder(await app.client({ organization_id: '1002' }), '1002', { agent_extra: '1' });
    await roles.runtime((tx) => tx.query(enqueue, invoiceOf(pending)));
    for (const job of [
      invoiceOf(theirs),
      invoiceOf(pending, `book_paid_pi:${completed.id}`),
      invoiceOf({ id: 'none' }),
      invoiceOf(pending, undefined, '1002'),
    ]) {
      await expect(roles.runtime((tx) => tx.query(enqueue, job))).rejects.toThrow(DENIED);
    }
  });

  test('the mail about an own cancelled order can be enqueued, and no other mail', async () => {
    const mailOf = (order: { id: string }, kind = 'order_cancelled', sending = 1) => [
      'send_order_mail',
      JSON.stringify({ orderId: order.id, organizationId: '1001', correlationId: 'test', kind, sending }),
      `send_order_mail:order_cancelled:${order.id}`,
    ];
    const client = await app.client({ organization_id: '1001' });
    const other = await app.client({ organization_id: '1002' });
    const cancelled = await confirmOrder(client, await createOrder(client, '1001', { agent_extra: '1' }));
    const neverConfirmed = await createOrder(client, '1001', { agent_extra: '1' });
    const theirs = await confirmOrder(other, await createOrder(other, '1002', { agent_extra: '1' }));
    for (const { id } of [cancelled, neverConfirmed]) await tryCancel(client, id);
    await tryCancel(other, theirs.id);
    await roles.runtime((tx) => tx.query(enqueue, mailOf(cancelled)));
    for (const job of [
      mailOf(pending),
      mailOf(completed),
      mailOf(neverConfirmed),
      mailOf(theirs),
      mailOf(cancelled, 'order_refunded'),
      mailOf(cancelled, 'order_cancelled', 2),
      ['send_order_mail', mailOf(cancelled)[1], `send_order_mail:order_refunded:${cancelled.id}`],
    ]) {
      await expect(roles.runtime((tx) => tx.query(enqueue, job))).rejects.toThrow(DENIED);
    }
  });

  test('the mails about the approval of an own draft can be enqueued, once for each step', async () => {
    const client = await app.client({ organization_id: '1001' });
    const { id } = await createOrder(client, '1001', { agent_extra: '1' });
    const mailOf = (kind: string, sending: number, key = `${kind}${sending === 1 ? '' : `:${sending}`}`) => [
      'send_order_mail',
      JSON.stringify({ orderId: id, organizationId: '1001', correlationId: 'test', kind, sending }),
      `send_order_mail:${key}:${id}`,
    ];
    const enqueueAt =
      (job: string[], ...states: string[]): Work =>
      async (tx) => {
        for (const state of states) {
          await tx.query('update topup_orders set approval_state = $2 where id = $1', [id, state]);
          const cause = { PENDING: 'submitTopupOrder', APPROVED: 'approveTopupOrder' }[state];
          await tx.query(
            `insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, correlation_id)
             values ($1, now(), 'DRAFT', 'DRAFT', $2, $2, 'test')`,
            [id, cause],
          );
        }
        await tx.query(enqueue, job);
        throw new Error('done, and rolled back');
      };
    const ends = (work: Work) => expect(roles.runtime(work)).rejects;
    await ends(enqueueAt(mailOf('approval_requested', 1), 'PENDING')).toThrow('done, and rolled back');
    await ends(enqueueAt(mailOf('order_approved', 1), 'PENDING', 'APPROVED')).toThrow('done, and rolled back');
    for (const work of [
      enqueueAt(mailOf('approval_requested', 1)),
      enqueueAt(mailOf('approval_requested', 2), 'PENDING'),
      enqueueAt(mailOf('approval_requested', 1, 'order_cancelled'), 'PENDING'),
      enqueueAt(mailOf('order_approved', 1), 'PENDING'),
      enqueueAt(mailOf('order_rejected', 1), 'PENDING', 'APPROVED'),
      enqueueAt(mailOf('order_cancelled', 1), 'PENDING'),
      enqueueAt(mailOf('awaiting_payment', 1), 'PENDING'),
    ]) {
      await ends(work).toThrow(DENIED);
    }
  });

  test.each([
    `insert into feature_flags (key, enabled) values ('x', true)`,
    'update topup_configurations set base_price = 1',
    `select graphile_worker.add_job('run_audit')`,
  ])('%s is refused', async (sql) => {
    await expect(roles.runtime((tx) => tx.query(sql))).rejects.toThrow(DENIED);
  });

  test('a read transaction cannot write', async () => {
    const cancelled = readAs(
      app.callers,
      owner,
      `update topup_orders set status = 'CANCELLED' where id = '${draft.id}'`,
    );
    await expect(cancelled).rejects.toThrow('read-only transaction');
  });
});

describe('the approval of an order', () => {
  const set = (changes: string) => (tx: EntityManager) =>
    tx.query(`update topup_orders set ${changes} where id = $1`, [draft.id]);
  const step = (cause: string, actor: string) => (tx: EntityManager) =>
    tx.query(
      `insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, correlation_id)
       values ($1, now(), 'DRAFT', 'DRAFT', $2, $3, 'test')`,
      [draft.id, cause, actor],
    );
  const inTurn =
    (...works: Work[]): Work =>
    async (tx) => {
      for (const work of works) await work(tx);
    };
  const submit = set(`approval_state = 'PENDING'`);

  test.each([
    ['APPROVED', 'cannot move from <NULL> to APPROVED'],
    ['REJECTED', 'cannot move from <NULL> to REJECTED'],
    ['EXPIRED', 'cannot move from <NULL> to EXPIRED'],
  ])('%s needs a submission', async (state, words) => {
    await expect(roles.runtime(set(`approval_state = '${state}'`))).rejects.toThrow(words);
  });

  test.each(['PENDING', 'APPROVED', 'REJECTED'])('%s cannot be set by the background', async (state) => {
    await expect(roles.background(set(`approval_state = '${state}'`))).rejects.toThrow(DENIED);
  });

  test('a rejection stands, and an approval is not turned into one', async () => {
    for (const [from, to] of [
      ['REJECTED', `'PENDING'`],
      ['REJECTED', 'null'],
      ['APPROVED', `'REJECTED'`],
    ]) {
      const work = inTurn(submit, set(`approval_state = '${from}'`), set(`approval_state = ${to}`));
      await expect(roles.runtime(work)).rejects.toThrow(`cannot move from ${from} to`);
    }
  });

  test('freezes the quote, which a new one ends', async () => {
    const dearer = 'topup_total = topup_total + 1, total = total + 1';
    await expect(roles.runtime(inTurn(submit, set(dearer)))).rejects.toThrow('its quote is frozen');
    const longer = set(`quote_expires_at = quote_expires_at + interval '1 hour'`);
    await expect(roles.runtime(inTurn(submit, longer))).rejects.toThrow('its quote is frozen');
    const anew = inTurn(submit, set(`${dearer}, approval_state = null`), async () => {
      throw new Error('done, and rolled back');
    });
    await expect(roles.runtime(anew)).rejects.toThrow('done, and rolled back');
  });

  test.each([
    ['a rejected order', [submit, set(`approval_state = 'REJECTED'`)], 'null'],
    ['an order above the limit that waits', [submit], '1'],
    ['an order above the limit that was not submitted', [], '1'],
  ])('%s is not confirmed', async (_, before, limit) => {
    const confirm = set(
      `status = 'PENDING_PAYMENT', confirmed_at = now(), payment_expires_at = now(), approval_limit = ${limit}`,
    );
    await expect(roles.runtime(inTurn(...before, confirm))).rejects.toThrow('topup_orders_approved_check');
  });

  test('is frozen by the confirm', async () => {
    const late = (tx: EntityManager) =>
      tx.query(`update topup_orders set approval_state = 'PENDING' where number = $1`, [pending.number]);
    await expect(roles.runtime(late)).rejects.toThrow('its approval is frozen');
  });

  test.each(['approveTopupOrder', 'rejectTopupOrder'])(
    '%s is refused to who created or submitted it',
    async (cause) => {
      const words = 'may not decide on it';
      const [created] = await app.db.query<{ actor: string }>(
        `select actor from topup_order_events where order_id = $1 and from_status is null`,
        [draft.id],
      );
      await expect(roles.runtime(step(cause, created?.actor ?? ''))).rejects.toThrow(words);
      const both = inTurn(step('submitTopupOrder', 'siti'), step(cause, 'siti'));
      await expect(roles.runtime(both)).rejects.toThrow(words);
    },
  );
});

test('each role can do its own work, so the refusals above prove something', async () => {
  const undone = (role: Role, sql: string) =>
    roles[role](async (tx) => {
      await tx.query(sql, [draft.id]);
      throw new Error('done, and rolled back');
    });
  const cancel = `update topup_orders set status = 'CANCELLED' where id = $1`;
  await expect(undone('runtime', cancel)).rejects.toThrow('done, and rolled back');
  await expect(undone('background', cancel)).rejects.toThrow('done, and rolled back');
});
