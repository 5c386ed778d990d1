import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { failedJob } from '../../support/app/jobs.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, payUntilReview, until, untilStatus } from '../../support/app/purchase.ts';
import { invoiceEvent } from '../../support/app/webhook.ts';
import { type EventReceiver, startEventReceiver } from '../../support/http/event-receiver.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { ALERTS, codesOf, createOperator, linesOf, NOT_OURS } from './page.ts';

// Each test starts a dozen processes.
vi.setConfig({ testTimeout: 180_000 });

const SITUATIONS = {
  accountingIsAway: [
    'PaidOrderNotBooked',
    'BookingBudgetBurns',
    'JobsFailing',
    'JobTooOld',
    'NeighbourFailing',
    'BreakerOpen',
    'OperationsFailing',
    'OperationsSlow',
    'PageBudgetBurns',
    'ConfirmBudgetBurns',
  ],
  paymentUnderReview: ['PaymentNeedsSomebody', 'PaymentWaitsForADay'],
  eventsDoNotArrive: [
    'WebhookNotStored',
    'WebhookBadSignature',
    'WebhookMalformed',
    'CreditBudgetBurns',
    'ReconciliationFinding',
  ],
  countersAreWrong: ['AuditViolation', 'AuditTooOld', 'AuditNeverRan', 'RejectionUnhandled', 'LogLinesLost'],
  addressIsRefused: ['MailsUnsent', 'MailAddressesSuppressed'],
  subscriberIsGone: ['EventSubscriptionDisabled', 'EventsFailing', 'EventsLate'],
  jobHasGivenUp: ['JobsOutOfAttempts', 'JobsNotTaken', 'JobRunnerRestarts'],
  invoiceIsLost: ['PendingOrderDoesNotExpire', 'DraftsDoNotExpire', 'PollingLate', 'PollingNeverRan'],
  serversAreAway: ['DatabaseAway', 'ReplicaDown', 'RedisDown', 'RedisRefuses', 'HistoryFromPrimary'],
} as const;

let app: TestApp;
let receiver: EventReceiver;
let operator: ReturnType<typeof createOperator>;

beforeAll(async () => {
  receiver = await startEventReceiver();
  [app] = await Promise.all([startApp({ env: { EVENT_INTERNAL_HOSTS: '127.0.0.1' } }), buildOnce()]);
  operator = createOperator(app);
});

afterAll(async () => {
  await endStarted();
  await app?.close();
  await receiver?.stop();
});

async function pending(email = 'siti@buyer.example.test') {
  const contact = { name: 'Siti', email, locale: 'id' as const };
  const id = addOrganization(app.sandbox, '1001', { billing_contacts: [contact] });
  const client = await app.client({ organization_id: id });
  return { id, client, order: await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' })) };
}

test('every alert is in one situation, and each situation has a line that is ours', () => {
  const walked = Object.values(SITUATIONS).flat();
  expect(walked.toSorted()).toEqual([...ALERTS].toSorted());
  for (const alert of walked) expect(linesOf(alert).some((line) => !NOT_OURS.test(line))).toBe(true);
  expect(walked.flatMap(linesOf).filter((line) => NOT_OURS.test(line))).toEqual([
    'df --human-readable /var/log',
    'kubectl --namespace self-topup get pods',
    'redis-cli -u redis://127.0.0.1:6379 info memory',
  ]);
});

test('a payment is under review: it is listed, and approved', async () => {
  const alerts = SITUATIONS.paymentUnderReview;
  const { client, order } = await pending();
  await payUntilReview(app, client, order, { amount: 999_999 });
  expect(await operator.samples('payments_open', { outcome: 'review' })).toMatchObject([{ value: 1 }]);
  const names = { order: order.number };
  const looked = await operator.look(alerts, names);
  expect(new Set(Object.values(codesOf(looked)))).toEqual(new Set([0]));
  expect(looked.get('npm run orders -- exceptions')?.stdout).toContain(order.number);
  expect(looked.get('npm run orders -- list --status PAYMENT_REVIEW')?.stdout).toContain(order.number);
  expect(Object.values(codesOf(await operator.mend(alerts, names)))).toEqual([0]);
  await untilStatus(client, order.id, 'COMPLETED');
  expect(await operator.samples('payments_open', { outcome: 'review' })).toMatchObject([{ value: 0 }]);
});

test('events are not stored, signed wrongly, not parsed, or lost: the reconciliation credits the payment', async () => {
  const alerts = SITUATIONS.eventsDoNotArrive;
  const { client, order } = await pending();
  const { mekariPay } = app.sandbox;
  const secret = `whsec_${Buffer.from('a secret that we never agreed on').toString('base64')}`;
  await mekariPay.sendRaw({ body: '{}', secret });
  await mekariPay.sendRaw({ body: '{}' });
  await app.db.query(
    `alter table payment_events add constraint nothing_fits check (order_number <> '${order.number}')`,
  );
  await mekariPay.sendRaw({ body: invoiceEvent(app, order) });
  await app.db.query('alter table payment_events drop constraint nothing_fits');
  for (const outcome of ['bad_signature', 'malformed', 'not_stored'])
    expect(await operator.samples('webhooks_total', { outcome })).toMatchObject([{ value: 1 }]);
  await mekariPay.pay(order.number, { webhook: false });

  const dryRun = 'npm run orders -- reconcile --since 2026-11-22T00:00:00Z --dry-run';
  const looked = await operator.look(alerts);
  expect(codesOf(looked)).toMatchObject({ 'npm run check:config': 0, [dryRun]: 1 });
  expect(looked.get(dryRun)?.stdout).toContain(`${order.number}  payment_not_credited`);
  expect(Object.values(codesOf(await operator.mend(alerts)))).toEqual([0]);
  await untilStatus(client, order.id, 'COMPLETED');
  expect(codesOf(await operator.look(['WebhookMalformed']))).toEqual({ [dryRun]: 0 });
});

test('a counter differs from its ledger: the audit names it until it is right, and its age is served', async () => {
  const alerts = SITUATIONS.countersAreWrong;
  const { id, client, order } = await pending();
  await app.sandbox.mekariPay.pay(order.number);
  await untilStatus(client, order.id, 'COMPLETED');
  // Past the triggers, which refuse it to everybody.
  const add = (difference: number) =>
    app.db.query(`begin; set local session_replication_role = replica;
      update organization_packages set balance = balance + ${difference} where organization_id = '${id}'; commit`);
  await add(1);
  const looked = await operator.look(alerts, { order: order.number });
  expect(looked.get('npm run audit')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('counter_equals_ledger'),
  });
  expect(await operator.samples('audit_violations', { check: 'counter_equals_ledger' })).toMatchObject([{ value: 1 }]);
  await add(-1);
  const again = codesOf(await operator.look(alerts, { order: order.number }));
  expect(new Set(Object.values(again))).toEqual(new Set([0]));
  expect(await operator.samples('audit_violations', { check: 'counter_equals_ledger' })).toMatchObject([{ value: 0 }]);
  expect(await operator.samples('audit_age_seconds', { audit: 'whole' })).toHaveLength(1);
});

test('an address is refused: the mail is listed, and sent once the mail server takes it', async () => {
  const alerts = SITUATIONS.addressIsRefused;
  await app.sandbox.mail.faults.set([{ kind: 'reject', status: 550, at: 'rcpt', match: { to: 'nobody@' } }]);
  const { order } = await pending('nobody@buyer.example.test');
  await until(
    async () => {
      await app.db.query('update graphile_worker._private_jobs set run_at = now() where attempts > 0');
      return app.db.query('select from unsent_order_mails');
    },
    ({ length }) => length === 1,
  );
  expect(await operator.samples('mails_unsent', { status: 'SUPPRESSED' })).toMatchObject([{ value: 1 }]);
  const looked = await operator.look(alerts);
  expect(looked.get('npm run mails -- list')?.stdout).toContain(order.number);
  await app.sandbox.mail.faults.clear();
  // The page says: `unsuppress all`, and then `retry all`.
  for (const alert of alerts.toReversed()) await operator.mend([alert]);
  await app.sandbox.mail.waitFor(
    ({ subject, to }) => subject.includes(order.number) && to.includes('nobody@buyer.example.test'),
  );
});

test('a subscriber is gone, and back: its subscription is enabled, and gets what it missed', async () => {
  const alerts = SITUATIONS.subscriberIsGone;
  const { id, client, order } = await pending();
  const insert = `insert into event_subscriptions (id, organization_id, url, secret, types, created_at)
    values (gen_random_uuid(), $1, $2, $3, '{}', now()) returning id`;
  const secret = `whsec_${Buffer.from('a secret of the subscriber').toString('base64')}`;
  const [{ id: subscription } = { id: '' }] = await app.db.query<{ id: string }>(insert, [
    id,
    `${receiver.url}/hooks`,
    secret,
  ]);
  receiver.answerWith(() => 410);
  await app.sandbox.mekariPay.pay(order.number);
  await untilStatus(client, order.id, 'COMPLETED');
  const isDisabled = { state: 'disabled_by_failure' };
  await until(
    () => operator.samples('event_subscriptions', isDisabled),
    ([sample]) => sample?.value === 1,
  );
  const looked = await operator.look(alerts);
  expect(looked.get('npm run events -- list')?.stdout).toContain(subscription);
  receiver.forget();
  expect(Object.values(codesOf(await operator.mend(alerts, { subscription })))).toEqual([0, 0, 0]);
  expect(await operator.samples('event_subscriptions', isDisabled)).toMatchObject([{ value: 0 }]);
});

test('servers are away: check:config names each, and is quiet when they are back', async () => {
  const alerts = SITUATIONS.serversAreAway;
  const away = { DATABASE_URL: 'postgres://rina@127.0.0.1:1/topup', REDIS_URL: 'redis://127.0.0.1:1' };
  const checked = (await operator.look(alerts, {}, away)).get('npm run check:config');
  expect(checked?.code).toBe(1);
  expect(checked?.stdout).toMatch(/^FAIL {2}database, for callers: The database at 127\.0\.0\.1:1 cannot be reached/m);
  expect(checked?.stdout).toMatch(/^FAIL {2}redis: /m);
  expect(new Set(Object.values(codesOf(await operator.look(alerts))))).toEqual(new Set([0]));
});

test('Mekari Pay has lost an invoice: the order is listed, and ended by an operator', async () => {
  const alerts = SITUATIONS.invoiceIsLost;
  const { client, order } = await pending();
  await app.sandbox.reset();
  const looked = await operator.look(alerts);
  expect(new Set(Object.values(codesOf(looked)))).toEqual(new Set([0]));
  expect(looked.get('npm run orders -- list --status PENDING_PAYMENT')?.stdout).toContain(order.number);
  expect(Object.values(codesOf(await operator.mend(alerts, { order: order.number })))).toEqual([0]);
  await untilStatus(client, order.id, 'CANCELLED');
});

// Last, because Moderator's breaker stays open for a while.
test('accounting is away: the paid order is listed, check:config names Moderator, and a retry books it', async () => {
  const alerts = SITUATIONS.accountingIsAway;
  await app.sandbox.moderator.refuse();
  const { client, order } = await pending();
  await app.sandbox.mekariPay.pay(order.number);
  await failedJob(app, 'book_paid_pi', order.id);
  const paid = await operator.samples('order_oldest_age_seconds', { status: 'PAID' });
  expect(paid).toHaveLength(1);

  const looked = await operator.look(alerts);
  expect(looked.get('npm run jobs -- list')?.stdout).toContain(`book_paid_pi:${order.id}`);
  expect(looked.get('npm run orders -- list --status PAID')?.stdout).toContain(order.number);
  const checked = looked.get('npm run check:config');
  expect(checked).toMatchObject({ code: 1, stdout: expect.stringMatching(/^FAIL {2}moderator: /m) });
  expect(checked?.stdout.match(/^FAIL/gm)).toHaveLength(1);

  await app.sandbox.moderator.accept();
  expect(codesOf(await operator.mend(alerts))).toEqual({ 'npm run jobs -- retry all': 0 });
  await untilStatus(client, order.id, 'COMPLETED');
  expect(codesOf(await operator.look(alerts))).toMatchObject({ 'npm run check:config': 0 });
  expect(await operator.samples('order_oldest_age_seconds', { status: 'PAID' })).toEqual([]);
});

test('a job has given up: it is listed by its number, and done after a retry', async () => {
  const alerts = SITUATIONS.jobHasGivenUp;
  await app.sandbox.moderator.refuse();
  const { client, order } = await pending();
  await app.sandbox.mekariPay.pay(order.number);
  const { id: job } = await failedJob(app, 'book_paid_pi', order.id);
  await app.db.query('update graphile_worker._private_jobs set attempts = max_attempts where id = $1', [job]);
  expect(await operator.samples('jobs', { state: 'out_of_attempts' })).toMatchObject([{ value: 1 }]);
  const looked = await operator.look(alerts);
  expect(looked.get('npm run jobs -- list')?.stdout).toMatch(new RegExp(`^${job}  book_paid_pi`, 'm'));
  await app.sandbox.moderator.accept();
  expect(codesOf(await operator.mend(alerts, { job }))).toEqual({ 'npm run jobs -- retry 12': 0 });
  await untilStatus(client, order.id, 'COMPLETED');
});
