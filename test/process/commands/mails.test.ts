import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, until } from '../../support/app/purchase.ts';
import { buildOnce, endStarted, runBuilt } from '../../support/processes/built.ts';

// Each test starts a process or more.
vi.setConfig({ testTimeout: 120_000 });

let app: TestApp;

beforeAll(async () => {
  [app] = await Promise.all([startApp(), buildOnce()]);
});

afterAll(async () => {
  await endStarted();
  await app.close();
});

const run = (...args: string[]) => runBuilt('server/commands/mails.js', args, { DATABASE_URL: app.db.url });

test('lists what did not go out, for people and for programs; unsuppress and retry send it', async () => {
  await app.sandbox.mail.faults.set([{ kind: 'reject', status: 550, at: 'rcpt' }]);
  const billing_contacts = [{ name: 'Siti', email: 'siti@buyer.example.test', locale: 'id' as const }];
  const organizationId = addOrganization(app.sandbox, '1001', { billing_contacts });
  const client = await app.client({ organization_id: organizationId });
  const order = await confirmOrder(client, await createOrder(client, organizationId, { agent_extra: '3' }));
  await until(
    async () => {
      await app.db.query('update graphile_worker._private_jobs set run_at = now() where attempts > 0');
      return app.db.query('select from unsent_order_mails');
    },
    ({ length }) => length === 1,
  );

  const listed = await run('list');
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  const [address, mail, sums] = listed.stdout.split('\n');
  expect(address).toMatch(
    new RegExp(
      `^[0-9a-f]{12}  suppressed  s\\*\\*\\*@buyer\\.example\\.test  organization ${organizationId}  it answered 550`,
    ),
  );
  expect(mail).toContain(`${order.number}  awaiting_payment  SUPPRESSED  s***@buyer.example.test`);
  expect(sums).toBe('0 waiting; 1 unsent; 1 addresses suppressed');
  const json = JSON.parse((await run('list', '--json')).stdout);
  expect(json).toMatchObject({
    waiting: { count: 0, oldestSeconds: null },
    unsent: [{ orderNumber: order.number, status: 'SUPPRESSED', reason: 'it answered 550' }],
    suppressed: [{ refusals: 3, organizationId }],
  });

  await app.sandbox.mail.faults.clear();
  expect(await run('unsuppress', json.suppressed[0].id)).toMatchObject({ code: 0, stdout: '1 unsuppressed\n' });
  expect(await run('retry', order.number)).toMatchObject({ code: 0, stdout: '1 retried\n' });
  await app.sandbox.mail.waitFor(({ subject }) => subject.includes(order.number));
});

test('refuses a wrong call, and a typed address never enters the trail', async () => {
  for (const args of [
    ['retry', 'siti@buyer.example.test', 'more'],
    ['unsuppress', 'siti@buyer.example.test'],
  ])
    expect(await run(...args)).toMatchObject({ code: 2, stdout: '' });
  expect((await run('unsuppress', 'siti@buyer.example.test')).stderr).toMatch(
    /^An address is named by its id, such as 3c5a96f3fa1e: .*\nUsage: npm run mails -- unsuppress \[options\] ID\.\.\.\|all\n$/,
  );
  expect(await run('unsuppress', 'abcdef12')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('mails -- list'),
  });
  expect(await run('retry', 'TU-1')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no order TU-1'),
  });
  const trail = await app.db.query(`select distinct action, subject from action_trail where via = 'command'`);
  expect(JSON.stringify(trail)).not.toContain('@');
});
