import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { failedJob } from '../../support/app/jobs.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { trailOf } from '../../support/database/trail.ts';
import { buildOnce, endStarted, runBuilt } from '../../support/processes/built.ts';

// Each test starts processes.
vi.setConfig({ testTimeout: 90_000 });

let app: TestApp;

beforeAll(async () => {
  [app] = await Promise.all([startApp(), buildOnce()]);
});

afterEach(() => app.sandbox.reset());
afterAll(async () => {
  await endStarted();
  await app.close();
});

const run = (name: string, args: readonly string[], env: Record<string, string> = {}) =>
  runBuilt(`server/commands/${name}.js`, args, { DATABASE_URL: app.db.url, ...env });
const signedBy = (actor: string) => ['--actor', actor, '--reason', 'Case 4711'];

async function pending(): Promise<{ client: TestClient; order: OrderFragment }> {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { client, order: await confirmOrder(client, await createOrder(client, id, { agent_extra: '1' })) };
}

const recorded = (action: string, subject: string, actor: string) => [
  `asked command ${action} ${subject} by ${actor} of -`,
  `answered command ${action} ${subject} by ${actor} of - ok`,
];

test('cancel asks Mekari Pay, for which it names the missing settings, and prints what became of the invoice', async () => {
  const { order } = await pending();
  const invoice = app.sandbox.mekariPay.invoice(order.number)?.id;
  await app.sandbox.reset();
  const unset = await run('orders', ['cancel', order.number, ...signedBy('tono')]);
  expect(unset).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/MEKARI_PAY_URL is missing/) });

  const ended = await run('orders', ['cancel', order.number, ...signedBy('rina')], app.sandbox.environment());
  expect(ended).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `${order.number} is CANCELLED: Mekari Pay does not know its invoice ${invoice}\n`,
  });
  expect(await trailOf(app, 'rina')).toEqual(recorded('orders cancel', order.number, 'rina'));
  const shown = (await run('orders', ['show', order.number])).stdout;
  expect(shown).toMatch(/PENDING_PAYMENT → CANCELLED {2}operator: cancelled {2}by rina: Case 4711/);
  expect(shown).toMatch(/command orders cancel .* by rina {2}asked .* because: Case 4711/);
});

test('rebook books under the new code, and the number of a booking by hand is stored', async () => {
  const rename = { kind: 'status', status: 422, match: { body: '"package_code":"AGENT"' } } as const;
  app.sandbox.moderator.faults.set([rename]);
  const [renamed, byHand] = [await pending(), await pending()];
  for (const { order } of [renamed, byHand]) {
    await app.sandbox.mekariPay.pay(order.number);
    await failedJob(app, 'book_paid_pi', order.id);
  }
  const { number } = renamed.order;
  const args = ['rebook', number, '--package-code', 'AGENT=AGENT_2027', ...signedBy('sari')];
  expect(await run('orders', args)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `${number} is booked again now, under other package codes\n  line 1: AGENT → AGENT_2027\n`,
  });
  await untilStatus(renamed.client, renamed.order.id, 'COMPLETED');
  expect(app.sandbox.moderator.booking(number)?.request.lines.map((line) => line.package_code)).toEqual(['AGENT_2027']);

  const other = byHand.order.number;
  expect(await run('orders', ['rebook', other, '--booked-as', 'PI/2026/11/90001', ...signedBy('sari')])).toMatchObject({
    code: 0,
    stdout: `${other} is COMPLETED under PI/2026/11/90001\n`,
  });
  expect(await trailOf(app, 'sari')).toEqual([
    ...recorded('orders rebook', number, 'sari'),
    ...recorded('orders rebook', other, 'sari'),
  ]);
});

test('jobs drop takes one job out of the queue, and the trail names its order', async () => {
  await app.sandbox.mail.refuse();
  const { order } = await pending();
  const job = await failedJob(app, 'send_order_mail', order.id);
  expect(await run('jobs', ['drop', job.id, ...signedBy('dewi')])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `${job.id} (send_order_mail) is dropped; ${order.number} stays PENDING_PAYMENT\n`,
  });
  expect(await trailOf(app, 'dewi')).toEqual(recorded('jobs drop', order.number, 'dewi'));
  expect(await run('jobs', ['drop', job.id, ...signedBy('dewi')])).toMatchObject({
    code: 1,
    stderr: `There is no job ${job.id}: \`npm run jobs -- list\` lists the stuck ones.\n`,
  });
  expect(await run('jobs', ['drop', job.id])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^The actor is missing: add --actor NAME\.\nUsage: npm run jobs -- drop/),
  });
  await app.sandbox.mail.accept();
});

test('a job without an order is recorded under its own name, with the reason', async () => {
  const [job] = await app.db.query<{ id: string }>(
    `select id::text from graphile_worker.add_job('renamed_long_ago', job_key := 'renamed_long_ago')`,
  );
  expect((await run('jobs', ['drop', job?.id ?? '', ...signedBy('wati')])).stdout).toBe(
    `${job?.id} (renamed_long_ago) is dropped\n`,
  );
  expect(
    await app.db.query(`select phase, subject, reason from action_trail where actor = 'wati' order by id`),
  ).toEqual([
    { phase: 'asked', subject: `${job?.id} renamed_long_ago`, reason: 'Case 4711' },
    { phase: 'answered', subject: `${job?.id} renamed_long_ago`, reason: null },
  ]);
});

test.each([
  ['orders', ['--help']],
  ['orders', ['cancel', 'TU-1', '--actor', 'help', '--reason', 'x', '--help']],
  ['orders', ['exceptions', 'close', '-h']],
  ['jobs', ['drop', '1', '--help']],
  ['jobs', ['retry', 'all', '--help']],
  ['flags', ['set', 'helped', 'on', '--help']],
  ['catalogue', ['apply', 'missing.json', '--help']],
  ['trail', ['--help']],
  ['audit', ['--help']],
  ['migrate', ['--help']],
])('%s %j prints the usage and does nothing else: it needs no database', async (name, args) => {
  const { code, stdout, stderr } = await runBuilt(`server/commands/${name}.js`, args, {});
  expect(stdout).toMatch(new RegExp(`^Usage: npm run ${name}`));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect((await run(name, args)).stdout).toBe(stdout);
  expect(await trailOf(app, 'help')).toEqual([]);
  expect(await app.db.query(`select from feature_flags where key = 'helped'`)).toEqual([]);
});
