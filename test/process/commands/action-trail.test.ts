import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { createDatabase } from '../../support/database/database.ts';
import { trailOf } from '../../support/database/trail.ts';
import { startRelay } from '../../support/neighbours/relay.ts';
import { buildOnce, endStarted, root, runBuilt } from '../../support/processes/built.ts';
import { startReplica } from '../../support/processes/replica.ts';

// Each test starts processes: up to a dozen, of a second of computing each.
vi.setConfig({ testTimeout: 120_000 });

/** The neighbours answer from this process, which shares two cores with the commands. */
const PATIENT = { UPSTREAM_TIMEOUT_MS: '60000' };

const me = userInfo().username;
let app: TestApp;

beforeAll(async () => {
  [app] = await Promise.all([startApp({ withoutBackground: true, env: PATIENT }), buildOnce()]);
});

afterAll(async () => {
  await endStarted();
  await app.close();
});

const run = (name: string, ...args: string[]) =>
  runBuilt(`server/commands/${name}.js`, args, { DATABASE_URL: app.db.url });

test('every changing command is recorded, before and after, under the name of the logged-in user', async () => {
  const seed = join(root, 'seed/topup-configurations.json');
  const succeeds = async ([name, ...args]: readonly [string, ...string[]]) =>
    expect(await run(name, ...args)).toMatchObject({ code: 0, stderr: '' });
  const reading = [
    ['flags', 'list'],
    ['catalogue', 'check', seed],
    ['catalogue', 'show'],
    ['jobs', 'list'],
    ['orders', 'list'],
    ['orders', 'exceptions'],
    ['trail', 'list'],
  ] as const;
  await Promise.all(reading.map(succeeds));
  for (const changing of [
    ['flags', 'set', 'billing_voice_call_topup', 'on', 'billing_chatbot_ai_topup', 'off'],
    ['catalogue', 'apply', seed],
    ['jobs', 'retry', 'all'],
    ['migrate'],
  ] as const) {
    await succeeds(changing);
  }
  expect((await run('flags', 'set', 'voice', 'maybe')).code).toBe(2);
  const both = (action: string) => [
    `asked command ${action} by ${me} of -`,
    `answered command ${action} by ${me} of - ok`,
  ];
  const lines = await trailOf(app, me);
  expect(lines.map((line) => line.replace(/ [A-Z]\w+\d{13} /, ' (migration) '))).toEqual([
    ...both('flags set billing_voice_call_topup on, billing_chatbot_ai_topup off'),
    ...both('catalogue apply topup-configurations.json'),
    ...both('jobs retry all'),
    ...both('migrate (migration)'),
  ]);
});

test('an operator finds the trail of an order with the order, and by name, organization and time', async () => {
  const buyer = `finance-${randomUUID()}`;
  const organization = addOrganization(app.sandbox, '1001');
  const client = await app.client({ sub: buyer, organization_id: organization });
  const order = await confirmOrder(client, await createOrder(client, organization, { agent_extra: '1' }));
  await app.sandbox.mekariPay.payWrong(order.number, { amount: 1 });
  // Jobs do not run here: the poll asks Mekari Pay instead.
  await app.services.reconcile.run();
  await untilStatus(client, order.id, 'PAYMENT_REVIEW');

  const by = ['--actor', 'rina', '--reason', 'The bank took its fee'];
  expect(await run('orders', 'refund', order.number, '--take-back', 'agent_extra=9', ...by)).toMatchObject({ code: 1 });
  const { received } = JSON.parse((await run('orders', 'show', order.number, '--json')).stdout) as {
    received: { IDR: string };
  };
  const approval = ['approve', order.number, '--received', received.IDR, ...by];
  const env = { DATABASE_URL: app.db.url, ...app.sandbox.environment(), ...PATIENT };
  expect(await runBuilt('server/commands/orders.js', approval, env)).toMatchObject({ code: 0 });
  expect(await run('orders', 'retry', order.number, ...by)).toMatchObject({ code: 0 });
  const shown = (await run('orders', 'show', order.number)).stdout;
  const trail = shown.slice(shown.indexOf('  trail\n')).replace(/ {4}\S+ {2}(.*?) {2}correlation \S+/g, '$1');
  const because = '  because: The bank took its fee';
  const ofBuyer = `by ${buyer} of ${organization}`;
  expect(trail.trim().split('\n')).toEqual([
    'trail',
    `mutation createTopupOrder  -  ${ofBuyer}  asked`,
    `mutation createTopupOrder  ${order.id}  ${ofBuyer}  answered: ok`,
    `mutation confirmOrder  ${order.id}  ${ofBuyer}  asked`,
    `mutation confirmOrder  ${order.id}  ${ofBuyer}  answered: ok`,
    `command orders refund  ${order.number}  by rina  asked${because}`,
    `command orders refund  ${order.number}  by rina  answered: failed`,
    `command orders approve  ${order.number}  by rina  asked${because}`,
    `command orders approve  ${order.number}  by rina  answered: ok`,
    `command orders retry  ${order.number}  by rina  asked${because}`,
    `command orders retry  ${order.number}  by rina  answered: ok`,
  ]);

  const count = async (...filter: string[]) => (await run('trail', 'list', ...filter)).stdout.split('\n').length - 1;
  expect(
    await Promise.all([
      count('--organization', organization),
      count('--actor', buyer),
      count('--actor', buyer, '--limit', '3'),
      count('--actor', buyer, '--since', '2099-01-01T00:00:00Z'),
    ]),
  ).toEqual([10, 4, 3, 0]);
  for (const wrong of [['list', '--since', 'yesterday'], []]) expect((await run('trail', ...wrong)).code).toBe(2);
});

test('a change that cannot be recorded is not made: the flag stays as it was', async () => {
  await app.db.query('revoke insert on action_trail from self_topup_background');
  const { code, stderr } = await run('flags', 'set', 'not_recorded', 'on').finally(() =>
    app.db.query('grant insert on action_trail to self_topup_background'),
  );
  expect(code).toBe(1);
  expect(stderr).toContain('action_trail');
  expect(await app.db.query(`select from feature_flags where key = 'not_recorded'`)).toEqual([]);
});

test('the first migration of a database creates the trail, and the next run is recorded', async () => {
  const db = await createDatabase('template1');
  const migrate = () => runBuilt('server/commands/migrate.js', [], { DATABASE_URL: db.url });
  expect(await migrate()).toMatchObject({ code: 0, stderr: '' });
  expect(await trailOf({ db }, me)).toEqual([]);
  expect(await migrate()).toMatchObject({ code: 0, stderr: '' });
  expect(await trailOf({ db }, me)).toHaveLength(2);
  await db.drop();
});

test('a process that dies in the middle of an action leaves the record of its start', async () => {
  const relay = await startRelay();
  relay.setTarget(app.sandbox.mekariPay.url);
  const replica = await startReplica(app, { MEKARI_PAY_URL: relay.url });
  const buyer = `finance-${randomUUID()}`;
  const organization = addOrganization(app.sandbox, '1001');
  const client = createTestClient(
    replica.url,
    await app.sandbox.auth.token({ sub: buyer, organization_id: organization }),
  );
  const order = await createOrder(client, organization, { agent_extra: '1' });
  const { reached } = relay.hold(({ method }) => method === 'POST', 'call');
  const confirmed = confirmOrder(client, order).catch(() => 'no answer');
  await reached;
  replica.process.signal('SIGKILL');
  expect(await confirmed).toBe('no answer');
  expect((await trailOf(app, buyer)).at(-1)).toBe(
    `asked mutation confirmOrder ${order.id} by ${buyer} of ${organization}`,
  );
  relay.clear();
  await relay.stop();
});
