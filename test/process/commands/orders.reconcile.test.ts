import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase, untilStatus } from '../../support/app/purchase.ts';
import { trailOf } from '../../support/database/trail.ts';
import { buildOnce, endStarted, runBuilt } from '../../support/processes/built.ts';

// Each test starts processes.
vi.setConfig({ testTimeout: 90_000 });

let app: TestApp;
let since: string;

beforeAll(async () => {
  [app] = await Promise.all([startApp(), buildOnce()]);
});

afterEach(() => app.sandbox.reset());
afterAll(async () => {
  await endStarted();
  await app.close();
});

const run = (args: readonly string[]) =>
  runBuilt('server/commands/orders.js', ['reconcile', ...args], {
    ...app.sandbox.environment(),
    DATABASE_URL: app.db.url,
    CHECKOUT_RETURN_URL: 'http://127.0.0.1/topup',
  });

async function confirmed() {
  since = new Date().toISOString();
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { id, client, order: await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' })) };
}

test('without a difference it exits with 0', async () => {
  await confirmed();
  expect(await run(['--since', since])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: '1 invoices compared: 0 to mend, 0 mended\n',
  });
});

test('a payment that nothing told is settled, which the trail records; a dry run only lists it and exits with 1', async () => {
  const { client, order } = await confirmed();
  await app.sandbox.mekariPay.pay(order.number, { webhook: false });
  const detail = `${order.number}  payment_not_credited: The provider received Rp1.000.000 of Rp1.000.000, and the order is PENDING_PAYMENT here.`;
  const dry = await run(['--since', since, '--dry-run']);
  expect(dry).toMatchObject({ code: 1, stderr: '' });
  expect(dry.stdout.split('\n')).toEqual([
    `TO MEND  ${detail}`,
    expect.stringMatching(/^ {9}See `npm run orders -- show`/),
    '1 invoices compared: 1 to mend, 0 mended',
    'Dry run: nothing was changed. Without --dry-run it settles what it can, and leaves the rest to mend.',
    '',
  ]);
  expect(await run(['--since', since, '--actor', 'rina'])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `mended  ${detail}\n1 invoices compared: 0 to mend, 1 mended\n`,
  });
  await untilStatus(client, order.id, 'COMPLETED');
  const instant = new Date(since).toISOString();
  expect(await trailOf(app, 'rina')).toEqual([
    `asked command orders reconcile since ${instant} by rina of -`,
    `answered command orders reconcile since ${instant} by rina of - ok`,
  ]);
});

test('--json prints one document, and money that needs somebody exits with 1', async () => {
  since = new Date().toISOString();
  const id = addOrganization(app.sandbox, '1001');
  const order = await purchase(app, await app.client({ organization_id: id }), id, { wa_balance: '1000000' });
  await app.sandbox.mekariPay.payPart(order.number, { amount: 250_000, webhook: false });
  const { code, stdout, stderr } = await run(['--since', since, '--json']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    since: new Date(since).toISOString(),
    isDryRun: false,
    invoices: 1,
    foreign: 0,
    findings: [
      {
        kind: 'sums_differ',
        orderNumber: order.number,
        detail: 'The provider received Rp1.250.000, and the order, which is COMPLETED, asked for Rp1.000.000.',
        isMended: false,
      },
    ],
  });
});

test('all missing settings are named at once', async () => {
  const args = ['reconcile', '--since', '2026-11-22T00:00:00Z'];
  const { code, stderr } = await runBuilt('server/commands/orders.js', args, { DATABASE_URL: app.db.url });
  expect(code).toBe(1);
  const missing = [...stderr.matchAll(/^ {2}(\w+) is missing/gm)].map(([, name]) => name);
  expect(missing.toSorted()).toEqual([
    'CHECKOUT_RETURN_URL',
    'MEKARI_CLIENT_ID',
    'MEKARI_CLIENT_SECRET',
    'MEKARI_PAY_URL',
    'MODERATOR_URL',
  ]);
});

test('a list that cannot be had is a failure, and a missing or odd time a wrong call', async () => {
  await app.sandbox.mekariPay.refuse();
  expect(await run(['--since', '2026-11-22T00:00:00Z'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'mekari-pay unavailable: ECONNREFUSED\n',
  });
  await app.sandbox.mekariPay.accept();
  const wrong = {
    missing: [[], 'The option --since <time> is missing.'],
    odd: [['--since', 'yesterday'], '--since must be an instant such as 2026-11-22T03:04:05Z, not yesterday.'],
  } as const;
  for (const [args, reason] of Object.values(wrong))
    expect(await run([...args])).toMatchObject({ code: 2, stderr: expect.stringMatching(new RegExp(`^${reason}\n`)) });
});
