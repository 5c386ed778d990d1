import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { ALL_FLAGS } from '../../support/app/app.ts';
import { follow, linkTo } from '../../support/app/documents.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { assertInvariants } from '../../support/database/invariants.ts';
import { buildOnce, endStarted, root, runBuilt, startBuilt } from '../../support/processes/built.ts';
import { textOf } from '../../support/tools/pdf-text.ts';

vi.setConfig({ testTimeout: 60_000 });

let db: TestDatabase;
let sandbox: Sandbox;
let image: string;

beforeAll(async () => {
  [db, sandbox] = await Promise.all([createDatabase('template1'), startSandbox(), buildOnce()]);
  image = filesOfImage();
});

afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
  await db?.drop();
  rmSync(image, { recursive: true, force: true });
});

/** Returns a directory with the files that the Dockerfile copies into the image of the server, and no other. */
function filesOfImage(): string {
  const directory = mkdtempSync(join(tmpdir(), 'self-topup-image-'));
  const stages = readFileSync(join(root, 'Dockerfile'), 'utf8').split(/^FROM /m);
  const text = stages.filter((stage) => /^(\$\{NODE_IMAGE\} AS bare|bare)\n/.test(stage)).join('');
  const copies = [...text.matchAll(/^COPY --from=build \/app\/(\S+) \.\/(\S*)$/gm)];
  for (const [, from = '', to] of copies) cpSync(join(root, from), join(directory, to || from), { recursive: true });
  return directory;
}

type Line = Record<string, unknown>;

async function operate(name: string, ...args: string[]): Promise<void> {
  const call = [name, ...args];
  const { code, stderr } = await runBuilt(
    'server/commands/self-topup.js',
    call,
    { DATABASE_URL: db.url },
    { from: image },
  );
  // The catalogue warns of flags that the next command sets.
  const complaints = stderr
    .split('\n')
    .filter((line) => line !== '' && !/^Warning: the flag \w+ of \w+ was never set/.test(line));
  expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
}

test('the server, from the files of its image alone, sells the options that the commands set up: credited, booked and mailed, with a log without secrets', async () => {
  await operate('migrate');
  await operate('catalogue', 'apply', 'seed/topup-configurations.json');
  await operate('flags', 'set', ...ALL_FLAGS.flatMap((flag) => [flag, 'on']));
  const environment = sandbox.environment();
  const settings = {
    ...environment,
    DATABASE_URL: db.url,
    HOST: '127.0.0.1',
    PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1',
    CHECKOUT_RETURN_URL: 'http://127.0.0.1/topup',
    LOG_LEVEL: 'trace',
  };
  const server = startBuilt('server/main.js', [], settings, { from: image });
  const [, port] = await server.untilPrinted(/"event":"listening".*?"port":(\d+)/);
  const url = `http://127.0.0.1:${port}`;
  sandbox.mekariPay.setWebhookUrl(`${url}/webhooks/mekari-pay`);

  const admin = createTestClient(url, await sandbox.auth.token({ organization_id: '1004' }));
  const order = await confirmOrder(admin, await createOrder(admin, '1004', { chatbot_ai_extra: '5' }));
  await sandbox.mekariPay.pay(order.number);
  const completed = await untilStatus(admin, order.id, 'COMPLETED');
  await sandbox.mail.waitFor((message) => message.text.includes(completed.paidInvoiceNumber ?? '?'));
  expect(await db.query('select quota_code, balance::int from organization_packages where balance > 0')).toEqual([
    { quota_code: 'chatbot_ai_extra', balance: 5000 },
  ]);
  await assertInvariants(db);
  const link = await linkTo(admin, order.id, 'BOOKED_INVOICE');
  expect(await textOf((await follow({ url }, link)).bytes)).toContain(completed.paidInvoiceNumber);

  const [{ correlation_id: correlationId } = {}] = await db.query('select correlation_id from topup_orders');
  server.signal('SIGTERM');
  const { code, stdout } = await server.finished;
  expect(code).toBe(0);
  const lines: Line[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const ofOrder = lines.filter((line) => line['correlationId'] === correlationId);
  expect(ofOrder.filter(({ event }) => event === 'request')).toHaveLength(1);
  expect(ofOrder.filter(({ event }) => event === 'job_done').length).toBeGreaterThanOrEqual(2);
  expect(lines.filter(({ path, status }) => path === '/webhooks/mekari-pay' && status === 200)).toHaveLength(1);

  const secrets = [
    admin.token,
    ...new URL(link).pathname.slice('/documents/'.length).split('.'),
    environment['MEKARI_CLIENT_SECRET'],
    environment['MEKARI_PAY_WEBHOOK_SECRET'],
    'hmac username',
  ];
  for (const secret of secrets) expect(stdout).not.toContain(secret);
  expect(stdout).not.toMatch(/[\w.-]+@[\w-]+\.\w+/);
});
