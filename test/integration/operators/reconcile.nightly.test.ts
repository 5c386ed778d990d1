import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { failedJob } from '../../support/app/jobs.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase, readOrder, until, untilStatus } from '../../support/app/purchase.ts';
import { balances } from '../../support/app/webhook.ts';
import { parsePrometheus } from '../../support/telemetry/prometheus.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const DAY = 86_400;
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

/** Runs the job as the queue's crontab enqueues it, and waits for its end. */
async function runNightly(): Promise<Record<string, unknown>> {
  const done = () => app.logs.filter(({ event }) => event === 'reconciliation_done');
  const before = done().length;
  const payload = { _cron: { ts: new Date().toISOString(), backfilled: false } };
  await app.db.query(`select graphile_worker.add_job('run_reconciliation', $1::json)`, [JSON.stringify(payload)]);
  const lines = await until(
    async () => done(),
    ({ length }) => length > before,
  );
  return lines.at(-1) ?? {};
}

const findingsIn = async (kind: string) =>
  parsePrometheus(await (await fetch(`${app.url}/metrics`)).text()).find(
    ({ name, labels }) => name === 'reconciliation_findings_total' && labels['kind'] === kind,
  )?.value;

async function expired() {
  time.advance(-4 * DAY);
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id, expires_in: 6 * DAY });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  time.advance(DAY + 60);
  await app.reconcile();
  expect((await readOrder(client, order.id)).status).toBe('EXPIRED');
  return { id, client, order };
}

test.each([
  ['while accounting answers', [], 0],
  ['while accounting answers no question', [{ kind: 'status', status: 503, match: { method: 'GET' } }], 1],
] as const)(
  'a payment whose webhook was lost for longer than the poll looks is credited by the nightly reconciliation, %s',
  async (_, faults, open) => {
    const { id, client, order } = await expired();
    app.sandbox.moderator.faults.set([...faults]);
    // Two days after its time to pay: no poll asks about it any more.
    time.advance(2 * DAY);
    await app.sandbox.mekariPay.payLate(order.number, { webhook: false });
    time.toPresent();
    await app.reconcile();
    expect((await readOrder(client, order.id)).status).toBe('EXPIRED');

    expect(await runNightly()).toMatchObject({ invoices: 1, foreign: 0, mended: 1, open });
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
    expect(app.logs).toContainEqual(
      expect.objectContaining({ event: 'reconciliation_mended', kind: 'payment_not_credited', order: order.number }),
    );
  },
);

test('a PI that accounting has booked is stored, even if the answer and the job of the booking were lost', async () => {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  app.sandbox.moderator.faults.set([{ kind: 'drop-answer', match: { method: 'POST' } }]);
  await app.sandbox.mekariPay.pay(order.number);
  const job = await failedJob(app, 'book_paid_pi', order.id);
  app.sandbox.moderator.faults.clear();
  await app.db.query(`select graphile_worker.complete_jobs(array[$1::bigint])`, [job.id]);
  expect((await readOrder(client, order.id)).status).toBe('PAID');

  expect(await runNightly()).toMatchObject({ mended: 1, open: 0 });
  const { paidInvoiceNumber } = await untilStatus(client, order.id, 'COMPLETED');
  expect(app.sandbox.moderator.booking(order.number)?.pi_number).toBe(paidInvoiceNumber);
});

test('a payment from before the day before yesterday is left to the runs before', async () => {
  const { order } = await expired();
  await app.sandbox.mekariPay.payLate(order.number, { webhook: false });
  time.toPresent();
  expect(await runNightly()).toMatchObject({ invoices: 0 });
});

test('a difference that only a person can mend is logged as an error and counted', async () => {
  const id = addOrganization(app.sandbox, '1001');
  const order = await purchase(app, await app.client({ organization_id: id }), id, { wa_balance: '1000000' });
  expect(await findingsIn('sums_differ')).toBe(0);
  await app.sandbox.mekariPay.payPart(order.number, { amount: 250_000, webhook: false });
  expect(await runNightly()).toMatchObject({ mended: 0, open: 1 });
  expect(await findingsIn('sums_differ')).toBe(1);
  expect(app.logs).toContainEqual(
    expect.objectContaining({
      level: 50,
      event: 'reconciliation_finding',
      kind: 'sums_differ',
      order: order.number,
      detail: 'The provider received Rp1.250.000, and the order, which is COMPLETED, asked for Rp1.000.000.',
    }),
  );
});

test('a run that Mekari Pay does not answer fails, and its retry makes up for it', async () => {
  app.sandbox.mekariPay.faults.set([{ kind: 'status', status: 503, times: 1 }]);
  const failed = () => app.logs.some(({ event, job }) => event === 'job_failed' && job === 'run_reconciliation');
  expect(failed()).toBe(false);
  expect(await runNightly()).toMatchObject({ open: 0 });
  expect(failed()).toBe(true);
});
