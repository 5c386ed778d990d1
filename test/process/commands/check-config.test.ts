import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted, runBuilt } from '../../support/processes/built.ts';

// Each test starts a process or more.
vi.setConfig({ testTimeout: 120_000 });

let app: TestApp;
let environment: Record<string, string>;

beforeAll(async () => {
  [app] = await Promise.all([startApp(), buildOnce()]);
  environment = {
    ...app.sandbox.environment(),
    DATABASE_URL: app.db.url,
    PUBLIC_URL: app.url,
    CHECKOUT_RETURN_URL: `${app.url}/topup`,
  };
});

afterAll(async () => {
  await endStarted();
  await app.close();
});

const run = (env: Record<string, string>, ...args: string[]) => runBuilt('server/commands/check-config.js', args, env);

test('a right environment is right in every line, and nothing was written, booked or mailed', async () => {
  const checked = await run(environment);
  expect(checked.stdout.split('\n').filter((line) => !/^(ok|skip) /.test(line) && line !== '')).toEqual([]);
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  for (const line of [
    /^ok {4}database, for callers: PostgreSQL \d+.*, as self_topup_runtime$/m,
    /^ok {4}database, for jobs and operators: PostgreSQL \d+.*, as self_topup_background$/m,
    /^ok {4}database, for migrations: PostgreSQL \d+.*, as self_topup_migrator$/m,
    /^skip {2}database, replica: DATABASE_REPLICA_URL is not set$/m,
    /^skip {2}redis: REDIS_URL is not set$/m,
    /^ok {4}hub-core: answers our signature$/m,
    /^ok {4}mekari-billing: answers our signature$/m,
    /^ok {4}mekari-pay: answers our signature$/m,
    /^ok {4}moderator: answers our signature$/m,
    /^ok {4}mail server: greets; nothing was sent$/m,
    /^ok {4}token issuer: keys: \d+ usable, 0 not$/m,
  ])
    expect(checked.stdout).toMatch(line);
  expect(app.sandbox.mail.messages()).toEqual([]);
});

test('says everything that is wrong at once, and still tries the rest', async () => {
  const wrong = {
    ...environment,
    MEKARI_CLIENT_SECRET: 'another',
    // The mailbox, which has no such path.
    HUB_CORE_URL: app.sandbox.mail.url,
    SMTP_URL: 'smtp://127.0.0.1:1',
    REDIS_URL: 'redis://127.0.0.1:1',
    // The primary.
    DATABASE_REPLICA_URL: String(environment['DATABASE_URL']),
    AUTH_JWKS_URL: `${environment['HUB_CORE_URL']}/nowhere`,
    PORT: 'eighty',
    AUTH_AUDIENCE: '',
    MEKARI_PAY_URL: 'pay',
  };
  const { code, stdout } = await run(wrong, '--json');
  expect(code).toBe(1);
  const findings = Object.fromEntries(
    (JSON.parse(stdout) as { name: string; result: string; detail: string }[]).map(({ name, result, detail }) => [
      name,
      `${result} ${detail}`,
    ]),
  );
  expect(findings).toMatchObject({
    PORT: 'FAIL is not a port: expected a whole number from 0 to 65535',
    AUTH_AUDIENCE: "FAIL is missing; expected the tokens' audience",
    MEKARI_PAY_URL: 'FAIL is not an http(s) URL',
    'database, for callers': expect.stringMatching(/^ok/),
    'database, replica': 'FAIL this server takes writes: name a standby that streams from the primary',
    redis: 'FAIL connect ECONNREFUSED 127.0.0.1:1',
    'hub-core': 'FAIL hub-core rejected: it answered 404: check HUB_CORE_URL',
    moderator: 'FAIL moderator rejected: it answered 401: check MEKARI_CLIENT_ID and MEKARI_CLIENT_SECRET',
    'mekari-pay': 'skip not tried, because MEKARI_PAY_URL must be right first',
    'mail server': expect.stringMatching(/^FAIL .*ECONNREFUSED/),
    'token issuer': 'FAIL it answered 401',
  });
  expect(stdout).not.toContain('another');
});

test('takes a Moderator that only books for a right one, and says what is not compared', async () => {
  // The mailbox has no such path.
  const { code, stdout } = await run({ ...environment, MODERATOR_URL: app.sandbox.mail.url });
  expect(stdout).toMatch(/^ok {4}moderator: answers, and does not tell which PIs it has: .* check MODERATOR_URL$/m);
  expect(code).toBe(0);
});

test('asks for the migration of a database that has none', async () => {
  const empty = await createDatabase('template1');
  const { code, stdout } = await run({ ...environment, DATABASE_URL: empty.url });
  await empty.drop();
  expect(code).toBe(1);
  expect(stdout).toMatch(/^FAIL {2}database, for jobs and operators: .*run `npm run migrate`$/m);
});
