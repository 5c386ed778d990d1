import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { putOffFailedJob, queuedJobs } from '../../support/app/jobs.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import {
  confirmOrder,
  createOrder,
  payUntilReview,
  purchase,
  readOrder,
  until,
  untilStatus,
} from '../../support/app/purchase.ts';
import { alerts, balances } from '../../support/app/webhook.ts';
import { locksOn } from '../../support/database/locks.ts';
import { buildOnce, endStarted, runBuilt, startBuilt } from '../../support/processes/built.ts';

// Each test starts a process or more.
vi.setConfig({ testTimeout: 120_000 });

/** The neighbours answer from this process, which shares two cores with the commands. */
const PATIENT = { UPSTREAM_TIMEOUT_MS: '60000' };

let app: TestApp;
let organization: string;
let client: Awaited<ReturnType<TestApp['client']>>;

beforeAll(async () => {
  [app] = await Promise.all([startApp({ env: PATIENT }), buildOnce()]);
});

beforeEach(async () => {
  organization = addOrganization(app.sandbox, '1001');
  client = await app.client({ organization_id: organization });
});

afterEach(() => app.sandbox.reset());
afterAll(async () => {
  await endStarted();
  await app.close();
});

const BY = ['--actor', 'rina', '--reason', 'The bank took its fee'];

/** As in production: a command gets its database, and hub-core only from the environment. */
const run = (args: readonly string[], env: Record<string, string> = {}) =>
  runBuilt('server/commands/orders.js', args, { DATABASE_URL: app.db.url, ...PATIENT, ...env });

const pending = async () => confirmOrder(client, await createOrder(client, organization, { wa_balance: '1000000' }));

async function underReview(): Promise<OrderFragment> {
  const order = await pending();
  return payUntilReview(app, client, order, { amount: 999_999 });
}

test('list and show report the state of orders, with the operator and the reason', async () => {
  const order = await underReview();
  const listed = await run(['list', '--organization', organization, '--status', 'PAYMENT_REVIEW']);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(listed.stdout).toMatch(
    new RegExp(`^${order.number}  PAYMENT_REVIEW .*Rp1\\.000\\.000 .*${organization}.*\\n$`),
  );
  expect((await run(['list', '--organization', organization, '--status', 'DRAFT'])).stdout).toBe(
    'There is no such order.\n',
  );

  const rehearsed = await run(['approve', order.number, '--dry-run'], app.sandbox.environment());
  const facts = '  asked              Rp1.000.000\n  received           Rp999.999\n  written off        Rp1\n';
  const outcome = `${order.number} is PAID and credited; accounting books it next\n${facts}`;
  expect(rehearsed).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `${outcome}Dry run: nothing was changed. To do it, name the sum: --received 999999\n`,
  });
  expect((await run(['show', order.number])).stdout).toMatch(
    /asked Rp1\.000\.000 {2}received Rp999\.999 {2}outstanding Rp1 {2}review UNDERPAID\n/,
  );
  expect(await run(['approve', order.number, '--received', '999999', ...BY], app.sandbox.environment())).toMatchObject({
    code: 0,
    stdout: outcome,
  });
  const { paidInvoiceNumber } = await untilStatus(client, order.id, 'COMPLETED');
  const { stdout, code } = await run(['show', order.number]);
  expect(code).toBe(0);
  for (const fact of [
    /1 {2}TOPUP {2}wa_balance {2}package WA_BALANCE {2}1000000 × Rp1 = Rp1\.000\.000/,
    /PENDING_PAYMENT → PAYMENT_REVIEW {2}payment: check/,
    /PAYMENT_REVIEW → PAID {2}operator: payment approved {2}by rina: The bank took its fee/,
    /PAYMENT {2}Rp999\.999 {2}by va_bni {2}invoice inv_/,
    /review {2}invoice\.paid {2}Rp999\.999/,
    /TOPUP {2}wa_balance {2}1000000\n/,
  ]) {
    expect(stdout).toMatch(fact);
  }
  // The reason of a review that is over is no state of the order.
  expect(stdout).toMatch(/asked Rp1\.000\.000 {2}received Rp999\.999 {2}outstanding Rp1\n/);
  expect(stdout).toContain(`paid PI ${paidInvoiceNumber}`);

  const report = JSON.parse((await run(['show', order.number, '--json'])).stdout);
  expect(report).toMatchObject({
    order: { number: order.number, status: 'COMPLETED', reviewReason: null, total: '1000000', paidInvoiceNumber },
    lines: [{ kind: 'TOPUP', quotaCode: 'wa_balance', quantity: '1000000', amount: '1000000' }],
    asked: '1000000',
    received: { IDR: '999999' },
    outstanding: '1',
    payments: [{ kind: 'PAYMENT', amount: '999999', originalCurrency: 'IDR' }],
    inbox: [
      { outcome: 'hint', amount: '999999', currency: 'IDR' },
      { outcome: 'review', amount: '999999', currency: 'IDR' },
    ],
    entries: [{ kind: 'TOPUP', quantity: '1000000' }],
  });
  expect(report.timeline.map(({ to }: { to: string }) => to)).toEqual([
    'DRAFT',
    'PENDING_PAYMENT',
    'PAYMENT_REVIEW',
    'PAID',
    'COMPLETED',
  ]);
  expect(report.trail.map(({ action }: { action: string }) => action)).toContain('orders approve');
  expect(report.order).not.toHaveProperty('paymentUrl');
});

test('exceptions lists the open ones, and close takes one off the list', async () => {
  const order = await purchase(app, client, organization, { wa_balance: '1000000' });
  await app.sandbox.mekariPay.payPart(order.number, { amount: 1_000_000 });
  await until(
    async () => alerts(app, order.number),
    (raised) => raised.length > 0,
  );
  const listed = (await run(['exceptions'])).stdout.split('\n').find((line) => line.includes(order.number));
  const [id = ''] = listed?.split(' ') ?? [];
  expect(listed).toMatch(/surplus .* Rp1\.000\.000 {2}invoice inv_.* received \S+ {2}\d+ min ago {2}Rp/);
  const document = JSON.parse((await run(['exceptions', '--json'])).stdout) as { orderNumber: string }[];
  expect(document.find(({ orderNumber }) => orderNumber === order.number)).toMatchObject({
    id,
    outcome: 'surplus',
    amount: '1000000',
    currency: 'IDR',
    ageSeconds: expect.any(Number),
  });
  expect(await run(['exceptions', 'close', id, ...BY])).toMatchObject({ code: 0, stderr: '' });
  expect((await run(['exceptions'])).stdout).not.toContain(order.number);
});

test('refund asks hub-core for the usage: it names the missing settings, then takes back and prints the cost', async () => {
  const { number, id, paidInvoiceNumber } = await purchase(app, client, organization, { wa_balance: '1000000' });
  const args = ['refund', number, '--take-back', 'wa_balance=250000', ...BY];
  const unset = await run(args);
  expect(unset).toMatchObject({ code: 1, stdout: '' });
  expect(unset.stderr).toMatch(/HUB_CORE_URL is missing/);
  expect((await readOrder(client, id)).status).toBe('COMPLETED');

  const { code, stdout } = await run(args, app.sandbox.environment());
  expect(stdout).toBe(
    [
      `${number} is REFUNDED`,
      '  asked              Rp1.000.000',
      '  received           Rp1.000.000',
      '  taken back         250000 of wa_balance, which had cost Rp250.000',
      '  to be given back   Rp250.000',
      `  paid PI            ${paidInvoiceNumber}: have it corrected`,
      'Give it back at Mekari Pay, and record it with `orders -- given-back`: this command moves no money.\n',
    ].join('\n'),
  );
  expect(code).toBe(0);
  expect(await balances(app, organization)).toEqual({ wa_balance: '750000' });
});

/** A paid order that Moderator refuses to book. */
async function unbooked(): Promise<OrderFragment> {
  const order = await pending();
  app.sandbox.moderator.faults.set([{ kind: 'status', status: 422, match: { method: 'POST' } }]);
  await app.sandbox.mekariPay.pay(order.number);
  await putOffFailedJob(app, 'book_paid_pi', order.id);
  return order;
}

const waitsForBooking = async ({ id }: OrderFragment) =>
  (await queuedJobs(app, id)).some(({ task }) => task === 'book_paid_pi');

test('refund of a paid order asks Moderator, and takes its booking out of the queue', async () => {
  const order = await unbooked();
  const { MODERATOR_URL: _, ...env } = app.sandbox.environment();
  const args = ['refund', order.number, '--take-back', 'wa_balance=1000000'];
  const unset = await run([...args, ...BY], env);
  expect(unset).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/MODERATOR_URL is missing/) });
  expect(await waitsForBooking(order)).toBe(true);

  const dry = await run([...args, '--dry-run', '--json'], app.sandbox.environment());
  expect(JSON.parse(dry.stdout)).toMatchObject({ status: 'REFUNDED', paidInvoiceNumber: null, isDryRun: true });
  expect(await waitsForBooking(order)).toBe(true);

  expect(await run([...args, ...BY], app.sandbox.environment())).toMatchObject({
    code: 0,
    stderr: '',
    stdout: [
      `${order.number} is REFUNDED`,
      '  asked              Rp1.000.000',
      '  received           Rp1.000.000',
      '  taken back         1000000 of wa_balance, which had cost Rp1.000.000',
      '  to be given back   Rp1.000.000',
      '  paid PI            none: accounting does not book it',
      'Give it back at Mekari Pay, and record it with `orders -- given-back`: this command moves no money.\n',
    ].join('\n'),
  });
  expect(await waitsForBooking(order)).toBe(false);
  expect((await run(['exceptions'])).stdout).toMatch(new RegExp(`to_give_back .*${order.number}.* Rp1\\.000\\.000`));
  expect(await run(['rebook', order.number, '--booked-as', 'PI/1', ...BY])).toMatchObject({
    code: 1,
    stderr: `${order.number} is REFUNDED: only an order in PAID can be booked again.\n`,
  });
});

test('a refund of a paid order that dies before its commit leaves the order paid, and its booking in the queue', async () => {
  const order = await unbooked();
  const args = ['refund', order.number, '--take-back', 'wa_balance=1000000', ...BY];
  await app.database.transaction(async (tx) => {
    // The exception about the money to give back is entered after the booking left the queue.
    await tx.query('set local role none');
    await tx.query('lock table payment_events in share row exclusive mode');
    const env = { DATABASE_URL: app.db.url, ...PATIENT, ...app.sandbox.environment() };
    const command = startBuilt('server/commands/orders.js', args, env);
    await until(
      () => locksOn(app.db, 'payment_events', 'not granted'),
      (waiting) => waiting.length > 0,
    );
    command.signal('SIGKILL');
    await command.finished;
  });
  expect((await readOrder(client, order.id)).status).toBe('PAID');
  expect(await waitsForBooking(order)).toBe(true);
  expect(await balances(app, organization)).toEqual({ wa_balance: '1000000' });
  app.sandbox.moderator.faults.clear();
  await run(['retry', order.number, ...BY]);
  await untilStatus(client, order.id, 'COMPLETED');
});

test('a payment under review is refunded without hub-core', async () => {
  const order = await underReview();
  const { HUB_CORE_URL: _, ...env } = app.sandbox.environment();
  const args = ['refund', order.number, '--received', '999999'];
  const unset = await run([...args, ...BY]);
  expect(unset).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/MEKARI_PAY_URL is missing/) });
  const dry = await run([...args, '--dry-run', '--json'], env);
  expect(JSON.parse(dry.stdout)).toMatchObject({
    number: order.number,
    status: 'REFUNDED',
    isDryRun: true,
    asked: '1000000',
    received: { IDR: '999999' },
    toGiveBack: '999999',
    writtenOff: '0',
  });
  expect((await readOrder(client, order.id)).status).toBe('PAYMENT_REVIEW');
  expect(await run([...args, ...BY], env)).toMatchObject({
    code: 0,
    stdout: [
      `${order.number} is REFUNDED`,
      '  asked              Rp1.000.000',
      '  received           Rp999.999',
      '  to be given back   Rp999.999',
      'Give it back at Mekari Pay, and record it with `orders -- given-back`: this command moves no money.\n',
    ].join('\n'),
  });
});

test('retry and retry --mail print what they start', async () => {
  const order = await pending();
  // Its turn comes fifteen seconds after the confirm, before two commands have run on a busy machine.
  await app.db.query(
    `update graphile_worker._private_jobs set run_at = now() + interval '1 day' where key = 'issue_invoice:' || $1`,
    [order.id],
  );
  expect((await run(['retry', order.number, '--mail', ...BY])).stdout).toBe(
    `${order.number}: mail awaiting_payment is sent again\n`,
  );
  expect((await run(['retry', order.number, ...BY])).stdout).toMatch(/issue_invoice.* will run now\n$/);
});

test('a failed operation exits with 1 and the reason, an unknown command with 2 and the usage', async () => {
  const order = await pending();
  expect(await run(['approve', order.number, ...BY])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `${order.number} is PENDING_PAYMENT: only an order in PAYMENT_REVIEW can be approved.\n`,
  });
  expect(await run(['show', 'TU-NONE'])).toMatchObject({
    code: 1,
    stderr: 'There is no order TU-NONE. No order can have this number: check it for a typing mistake.\n',
  });
  const unsigned = await run(['approve', order.number]);
  expect(unsigned).toMatchObject({ code: 2, stdout: '' });
  expect(unsigned.stderr).toMatch(
    /^The actor is missing: add --actor NAME\.\nUsage: npm run orders -- approve \[options\] <number>\n$/,
  );
});
