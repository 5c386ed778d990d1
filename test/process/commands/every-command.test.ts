import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted, type Finished, root, runBuilt } from '../../support/processes/built.ts';

// Each test starts processes.
vi.setConfig({ testTimeout: 120_000 });

const BY = ['--actor', 'rina', '--reason', 'Bought by mistake'];
const SEED = `${root}/seed/topup-configurations.json`;
/** The number of no order: well formed, and its check character is right. */
const NOBODYS = 'TU-261122-7K3M-9QXE';

const NO_SUBSCRIPTION = '01a20472-322f-70da-b8eb-ba5824fc0b5c';

/** Every command with a call that parses, and its exit code on an empty database that is migrated. */
const COMMANDS: readonly [script: string, call: readonly string[], code: number][] = [
  ['migrate', [], 0],
  ['audit', [], 0],
  ['flags', ['list'], 0],
  ['flags', ['set', 'billing_new_topup', 'on'], 0],
  ['catalogue', ['show'], 0],
  ['catalogue', ['check', SEED], 0],
  ['catalogue', ['apply', SEED], 0],
  ['jobs', ['list'], 0],
  ['jobs', ['retry', 'all'], 0],
  ['jobs', ['drop', '12', ...BY], 1],
  ['mails', ['list'], 0],
  ['mails', ['retry', 'all'], 0],
  ['mails', ['unsuppress', 'all'], 0],
  ['events', ['list'], 0],
  ['events', ['subscribe', '--url', 'https://erp.example.com/hooks', '--organization', '1001'], 0],
  ['events', ['replay', '--subscription', NO_SUBSCRIPTION, '--order', NOBODYS], 1],
  ['events', ['rotate', '--subscription', NO_SUBSCRIPTION], 1],
  ['events', ['disable', '--subscription', NO_SUBSCRIPTION], 1],
  ['events', ['enable', '--subscription', NO_SUBSCRIPTION], 1],
  ['trail', ['list'], 0],
  ['orders', ['list'], 0],
  ['orders', ['show', NOBODYS], 1],
  ['orders', ['approve', NOBODYS, ...BY], 1],
  ['orders', ['refund', NOBODYS, ...BY], 1],
  ['orders', ['given-back', NOBODYS, '--amount', '5', '--reference', 'MP-1', ...BY], 1],
  ['orders', ['cancel', NOBODYS, ...BY], 1],
  ['orders', ['rebook', NOBODYS, '--booked-as', 'PI/1', ...BY], 1],
  ['orders', ['retry', NOBODYS, ...BY], 1],
  ['orders', ['slip', NOBODYS, '--number', 'BP-77', ...BY], 1],
  ['orders', ['slips'], 0],
  ['orders', ['report', '--month', '2026-11'], 0],
  ['orders', ['reconcile', '--since', '2026-11-22T03:04:05Z'], 1],
  ['orders', ['exceptions'], 0],
  ['orders', ['exceptions', 'close', '01a20472-322f-70da-b8eb-ba5824fc0b5c', ...BY], 1],
];

const fileOf = (script: string) => `server/commands/${script.replace(':', '-')}.js`;
/** One sentence or a few, on as many lines: no stack, no error's class, no bare code. */
const SENTENCES = /^(?: *[A-Z][^\n]* [^\n]*\n)+$/;
const STACK = /^ +at |Error:|node:internal/m;

/** Counts the connections to a database that never answers. */
let bystander: Server;
let connections = 0;
let db: TestDatabase;

beforeAll(async () => {
  bystander = createServer((socket) => {
    connections += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  [db] = await Promise.all([createDatabase(), buildOnce(), once(bystander, 'listening')]);
});
afterAll(async () => {
  await endStarted();
  bystander.close();
  await db?.drop();
});

function bystanderUrl(): string {
  const address = bystander.address();
  return `postgres://rina@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/topup`;
}

const leaf = (call: readonly string[]) => call.slice(0, call[1] === 'close' ? 2 : 1);
const runWith = (script: string, args: readonly string[], url: string): Promise<Finished> =>
  runBuilt(fileOf(script), args, { DATABASE_URL: url });

test('each command of the help is in this table', async () => {
  const scripts = [...new Set(COMMANDS.map(([script]) => script))];
  for (const script of scripts) {
    const { stdout } = await runWith(script, ['--help'], bystanderUrl());
    const listed = [...(stdout.split('Commands:\n')[1] ?? '').matchAll(/^ {2}([a-z-]+) /gm)].map(([, verb]) => verb);
    const verbs = COMMANDS.filter(([name]) => name === script).flatMap(([, [verb]]) => verb ?? []);
    expect(new Set(listed)).toEqual(new Set(verbs));
  }
});

describe.each(COMMANDS)('%s %j', (script, call, code) => {
  const verb = leaf(call);

  test('--help, wherever it stands, prints the usage and does nothing else', async () => {
    const before = connections;
    for (const args of [
      [...verb, '--help'],
      [...call, '-h'],
    ]) {
      const { code, stdout, stderr } = await runWith(script, args, bystanderUrl());
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.startsWith(`Usage: npm run ${[script, '--', ...verb].join(' ')} [options]`)).toBe(true);
      expect(stdout).toContain('--json');
    }
    expect(connections).toBe(before);
  });

  test('an unknown option and an argument too many are refused with a sentence and 2, and nothing runs', async () => {
    const before = connections;
    const unknown = await runWith(script, [...call, '--nothing-of-this'], bystanderUrl());
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/^There is no option --nothing-of-this\.\nUsage: npm run /);
    const tail = call.includes('all') ? [] : ['more', 'and', 'more'];
    if (tail.length > 0)
      expect(await runWith(script, [...call, ...tail], bystanderUrl())).toMatchObject({ code: 2, stdout: '' });
    expect(connections).toBe(before);
  });

  test('a database that is away is named in a sentence', async () => {
    const { code, stdout, stderr } = await runWith(script, call, 'postgres://rina@127.0.0.1:1/topup');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'The database at 127.0.0.1:1 cannot be reached (connect ECONNREFUSED 127.0.0.1:1): see that it runs, and check DATABASE_URL.\n',
    );
  });

  test('--json prints one document; a failure is a sentence', async () => {
    const { code: ended, stdout, stderr } = await runWith(script, [...call, '--json'], db.url);
    expect(`${ended} ${stderr}`).toMatch(new RegExp(`^${code} `));
    expect(stderr).not.toMatch(STACK);
    if (code === 0) expect(() => JSON.parse(stdout)).not.toThrow();
    else {
      expect(stdout).toBe('');
      expect(stderr).toMatch(SENTENCES);
    }
  });
});

test('a group without a command, or with an unknown one, is answered with its commands and 2', async () => {
  for (const script of ['flags', 'catalogue', 'jobs', 'mails', 'events', 'trail', 'orders'])
    for (const args of [[], ['nothing']]) {
      const { code, stdout, stderr } = await runWith(script, args, bystanderUrl());
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/Usage: npm run \w+ -- .*\nCommands:\n/s);
    }
});

test('check:config has help, refuses a wrong call, and prints one document', async () => {
  const run = (...args: string[]) => runBuilt('server/commands/check-config.js', args, {});
  expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: npm run check:config/) });
  expect(await run('now')).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: npm run check:config') });
  expect(JSON.parse((await run('--json')).stdout)).toContainEqual(expect.objectContaining({ name: 'DATABASE_URL' }));
});

test('a database that refuses, and a file that is not there, are named in a sentence', async () => {
  const url = new URL(db.url);
  url.pathname = '/nowhere';
  expect(await runWith('flags', ['list'], url.toString())).toMatchObject({
    code: 1,
    stderr: 'The database of DATABASE_URL refuses the connection: database "nowhere" does not exist.\n',
  });
  for (const verb of ['check', 'apply'])
    expect(await runWith('catalogue', [verb, 'nowhere.json'], bystanderUrl())).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'nowhere.json cannot be read: there is no such file\n',
    });
});

test('a database without our tables is said to need the migration', async () => {
  const empty = await createDatabase('template1');
  const { code, stdout, stderr } = await runWith('orders', ['list'], empty.url);
  await empty.drop();
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^relation "\w+" does not exist: .* run `npm run migrate` first\.\n$/);
});

test('a URL of the database is refused with its form, and one that asks for TLS is tried without a warning of Node', async () => {
  const refused = await runWith('flags', ['list'], 'postgres://rina:50%@127.0.0.1/topup');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('postgres://user:password@host:port/database: a % must be written as %25');
  const plain = await runWith('flags', ['list'], `${db.url}?sslmode=require`);
  expect(plain).toMatchObject({ code: 1, stderr: 'The server does not support SSL connections\n' });
});

test('a reader that leaves ends the command, also for its failures', async () => {
  const line = 'exec 3>&1; { "$0" "$1" nothing 2>&1; echo $? >&3; } | true';
  const args = ['-c', line, process.execPath, join(root, 'dist', fileOf('flags'))];
  const { stdout } = await promisify(execFile)('bash', args, { timeout: 60_000 });
  expect(stdout).toBe('2\n');
});
