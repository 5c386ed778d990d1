import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
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

test.each([
  ['was thrown', `throw ${failure}`],
  ['was rejected', `Promise.reject(${failure})`],
])(
  'an error that %s without a handler ends the process with 1 and one line that shows only its place',
  async (_how, fail) => {
    const preload = `process.on('SIGUSR2', () => { const secret = process.env.CRASH_SECRET; ${fail}; })`;
    const replica = await startReplica(
      { db, sandbox },
      { CRASH_SECRET: secret, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` },
    );
    replica.process.signal('SIGUSR2');
    const { code, stdout, stderr } = await replica.process.finished;
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(canaries.foundIn(stdout)).toEqual([]);
    const lines = stdout.split('\n').filter((line) => line.includes('"event":"crashed"'));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 60, err: expect.objectContaining({ name: 'Error', message: 'no "…"' }) }),
    ]);
  },
);

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
    runBuilt('src/commands/flags.js', ['list'], environment),
  ]);
  expect(server).toMatchObject({ code: 1, stderr: expect.stringMatching(/\S/) });
  expect(canaries.foundIn(JSON.stringify([server, command]))).toEqual([]);
});
