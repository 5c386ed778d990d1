import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { until } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { createCanaries } from '../../support/hostile/canaries.ts';
import { buildOnce, endStarted, runBuilt } from '../../support/processes/built.ts';
import { startReplica } from '../../support/processes/replica.ts';

// Each test starts a process.
vi.setConfig({ testTimeout: 60_000 });

const canaries = createCanaries();
const secret = canaries.plant('secret');
let db: TestDatabase;
let sandbox: Sandbox;

beforeAll(async () => {
  [db, sandbox] = await Promise.all([createDatabase(), startSandbox(), buildOnce()]);
});

afterAll(async () => {
  await endStarted();
  await sandbox.stop();
  await db.drop();
});

/** Created in the process from its environment: a frame of its stack names the module, whose URL is this text. */
const failure = `Object.assign(new Error('no "' + secret + '"', { cause: new Error(secret) }),
  { query: secret, parameters: [secret], detail: secret, options: { headers: { authorization: secret } } })`;

async function startFailing(fail: string) {
  const preload = `import { EventEmitter } from 'node:events';
    process.on('SIGUSR2', () => { const secret = process.env.CRASH_SECRET; ${fail}; })`;
  return startReplica(
    { db, sandbox },
    { CRASH_SECRET: secret, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` },
  );
}

const linesOf = (stdout: string, event: string) =>
  stdout
    .split('\n')
    .filter((line) => line.includes(`"event":"${event}"`))
    .map((line) => JSON.parse(line));

test.each([
  ['was thrown without a handler', `throw ${failure}`],
  ['was emitted without a listener', `new EventEmitter().emit('error', ${failure})`],
])('an error that %s ends the process with 1 and one line that shows only its place', async (_how, fail) => {
  const replica = await startFailing(fail);
  replica.process.signal('SIGUSR2');
  const { code, stdout, stderr } = await replica.process.finished;
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(canaries.foundIn(stdout)).toEqual([]);
  expect(linesOf(stdout, 'crashed')).toEqual([
    expect.objectContaining({ level: 60, err: expect.objectContaining({ name: 'Error', message: 'no "…"' }) }),
  ]);
});

test('a rejection that nobody awaits costs the process nothing but a line and a count', async () => {
  const replica = await startFailing(`Promise.reject(${failure})`);
  const counted = async () =>
    Number(/^unhandled_rejections_total\S* (\d+)$/m.exec(await (await fetch(`${replica.url}/metrics`)).text())?.[1]);
  expect(await counted()).toBe(0);
  replica.process.signal('SIGUSR2');
  await until(counted, (count) => count > 0);
  expect(await counted()).toBe(1);
  expect((await fetch(`${replica.url}/readyz`)).status).toBe(200);
  replica.process.signal('SIGTERM');
  const { code, stdout, stderr } = await replica.process.finished;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(canaries.foundIn(stdout)).toEqual([]);
  expect(linesOf(stdout, 'rejection_unhandled')).toEqual([
    expect.objectContaining({ level: 50, err: expect.objectContaining({ name: 'Error', message: 'no "…"' }) }),
  ]);
});

const withPassword = (url: string, changes: { port?: string; password?: string } = {}) => {
  const changed = Object.assign(new URL(url), { password: secret, ...changes });
  return changed.href;
};

test.each<[string, () => Record<string, string>]>([
  [
    'every setting is wrong and holds a secret',
    () =>
      Object.fromEntries(
        Object.keys({ ...sandbox.environment(), DATABASE_URL: '', REDIS_URL: '', PUBLIC_URL: '', GATEWAY_SECRET: '' })
          .concat('PORT', 'LOG_LEVEL', 'QUOTE_TTL_SECONDS', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'CHECKOUT_RETURN_URL')
          .map((name) => [name, `gopher://user:${secret}@host/${secret}`]),
      ),
  ],
  ['the password of the database is refused', () => ({ DATABASE_URL: withPassword(db.url) })],
  ['the database is down', () => ({ DATABASE_URL: withPassword(db.url, { port: '1' }) })],
  ['its password is no part of a URL', () => ({ DATABASE_URL: `postgres://app:${secret}%zz@127.0.0.1:1/app` })],
  ['the URL of the mail server is invalid', () => ({ SMTP_URL: `smtp://mailer:${secret}@`, PORT: '1' })],
])('a start that is refused because %s shows no secret', async (_why, wrong) => {
  const right = { ...sandbox.environment(), PUBLIC_URL: 'http://127.0.0.1', CHECKOUT_RETURN_URL: 'http://127.0.0.1' };
  const environment = { ...right, DATABASE_URL: db.url, ...wrong() };
  const [server, command] = await Promise.all([
    runBuilt('server/main.js', [], environment),
    runBuilt('server/commands/flags.js', ['list'], environment),
  ]);
  expect(server).toMatchObject({ code: 1, stderr: expect.stringMatching(/\S/) });
  expect(canaries.foundIn(JSON.stringify([server, command]))).toEqual([]);
});
