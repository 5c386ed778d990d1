import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ORDER_STATES, type ReachedState } from '../../../sandbox/index.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { sendRaw } from '../../support/http/raw-http.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { type Development, startDevelopment } from '../../support/processes/development.ts';
import { accepts, untilGone } from '../../support/processes/process-tree.ts';

vi.setConfig({ testTimeout: 120_000 });

/** The clock of all states, so that numbers and times are the same on each run. */
const PRESENT = '2026-11-22T10:00:00+07:00';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'self-topup-dev-command-'));
  // PostgreSQL needs a user other than root.
  await chmod(directory, 0o755);
  await buildOnce();
});

afterAll(async () => {
  await endStarted();
  await rm(directory, { recursive: true, force: true });
});

async function expectNothingLeft({ ports, pids }: Development): Promise<void> {
  await untilGone(pids);
  for (const port of ports) expect({ port, open: await accepts(port) }).toEqual({ port, open: false });
  // The log stays, so that one can read what happened.
  const left = await readdir(directory);
  expect(left.filter((name) => !/^self-topup-[^/]*-\d+\.log$/.test(name))).toEqual([]);
}

async function buys({ addresses, tokens }: Development): Promise<void> {
  const admin = createTestClient(
    (addresses['GraphQL'] ?? '').replace(/\/graphql$/, ''),
    tokens['1001  Admin, everything'] ?? '',
  );
  const { topupOptions } = await admin.query('{ topupOptions { code } }');
  expect(topupOptions).toContainEqual({ code: 'wa_balance' });
  // Introspection is open for explorers; in production it is closed.
  expect(await admin.query('{ __schema { queryType { name } } }')).toEqual({
    __schema: { queryType: { name: 'Query' } },
  });
}

/** The desk's link opens the page with this role's tokens, and GraphiQL with one. */
async function opensAs({ addresses }: Development, role: string): Promise<void> {
  const { 'Top-up page': page = '', GraphiQL: graphiql = '' } = addresses;
  const scopeOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).scope;
  const entry = await fetch(`${page}/as?role=${role}&organization=1004`);
  expect(await entry.text()).toContain("'topup:organization', '1004'");
  const cookie = entry.headers.get('set-cookie')?.split(';')[0] ?? '';
  const config = await (await fetch(new URL('/example/config.json', page), { headers: { cookie } })).json();
  expect(config).toMatchObject({ role, organizations: [{ id: '1001' }, ...Array(6).fill({})] });
  expect(scopeOf(config.organizations[3].token)).toBe('topup:read');
  const explorer = await fetch(`${graphiql}?role=${role}&organization=1004`, { headers: { accept: 'text/html' } });
  expect(scopeOf(/Bearer ([\w.-]+)/.exec(await explorer.text())?.[1] ?? '')).toBe('topup:read');
}

/** Raw bytes, because no client sends them: a page that rebinds its name does, and so does a scanner. */
async function isClosedToForeignPages({ addresses }: Development): Promise<void> {
  const get = async (url: string, target: string, host: string) => {
    const [answer] = await sendRaw(url, `GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    return answer?.status;
  };
  const { 'Top-up page': page = '', GraphQL: graph = '', Tokens: tokens = '', Mailbox: mailbox = '' } = addresses;
  for (const [url, target] of [
    [addresses['Desk'] ?? '', '/token?role=operator'],
    [page, '/as?role=buyer'],
    [page, '/example/config.json'],
    [graph, '/metrics'],
    [tokens, '/'],
    [mailbox, '/'],
  ] as const) {
    expect(await get(url, target, 'evil.example')).toBe(421);
    expect(await get(url, '//', 'localhost')).toBe(404);
    expect(await get(url, target, 'localhost')).toBe(200);
  }
}

test('the command prints URLs and working tokens, and Ctrl-C leaves nothing running', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const development = await startDevelopment(directory, { PORT: String(port) });
  const { addresses, tokens, ports, command } = development;
  expect(Object.keys(addresses)).toEqual(
    expect.arrayContaining([
      'Desk',
      'Top-up page',
      'GraphQL',
      'GraphiQL',
      'Mailbox',
      'Mekari Pay',
      'States',
      'Database',
    ]),
  );
  expect(Object.keys(tokens).length).toBeGreaterThanOrEqual(8);
  expect(ports).not.toContain(port);
  for (const open of ports) expect(await accepts(open)).toBe(true);
  await buys(development);

  // The first address and the last line are the desk's, and the server's log leaves the terminal alone.
  expect(Object.keys(addresses)[0]).toBe('Desk');
  const desk = addresses['Desk'] ?? '';
  expect(command.output.stdout.trimEnd().split('\n').at(-1)).toContain(desk);
  expect(command.output.stdout).not.toContain('"event"');
  const log = /^ {2}Log +(\S+)$/m.exec(command.output.stdout)?.[1] ?? '';
  await expect.poll(() => readFile(log, 'utf8')).toContain('"event":"request"');
  const { feed } = (await (await fetch(`${desk}/live?kind=graph`)).json()) as { feed: string };
  expect(feed).toContain('query topupOptions');

  const page = addresses['Top-up page'] ?? '';
  expect(await (await fetch(page)).text()).toContain('<script');
  const { organizations } = await (await fetch(new URL('/example/config.json', page))).json();
  const buyer = createTestClient(new URL(page).origin, organizations[0].token);
  expect(await buyer.query('{ topupEligibility: topupOptions { __typename } }')).not.toBeNull();
  await opensAs(development, 'viewer');

  await isClosedToForeignPages(development);

  command.signalGroup('SIGINT');
  expect((await command.finished).code).toBe(0);
  await expectNothingLeft(development);
  taken.close();
});

test('the next start works after a SIGKILL, which ends server and database', async () => {
  const killed = await startDevelopment(directory);
  expect(killed.pids.length).toBeGreaterThan(3);
  killed.command.signal('SIGKILL');
  await expectNothingLeft(killed);

  const next = await startDevelopment(directory);
  await buys(next);
  next.command.signal('SIGTERM');
  expect((await next.command.finished).code).toBe(0);
  await expectNothingLeft(next);
});

test('two at once use different databases', async () => {
  const first = await startDevelopment(directory);
  const second = await startDevelopment(directory);
  await buys(first);
  await buys(second);
  for (const { command } of [first, second]) command.signal('SIGINT');
  for (const development of [first, second]) expect((await development.command.finished).code).toBe(0);
  for (const { pids } of [first, second]) await untilGone(pids);
});

async function control<T>(development: Development, method: string, path: string, body?: object): Promise<T> {
  const url = new URL(path, development.addresses['States']);
  const response = await fetch(url, body === undefined ? { method } : { method, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

const ORDER = 'query ($id: ID!) { topupOrder(id: $id) { status number lines { id } createdAt } }';

/** Every state with an organization and an order that derive from a name, read back from the graph. */
async function reachAll(development: Development): Promise<unknown[]> {
  await control(development, 'PUT', 'clock', { at: PRESENT, isFrozen: true });
  const all: unknown[] = [];
  for (const state of ORDER_STATES) {
    const reached = await control<ReachedState>(development, 'POST', 'states', { state, name: `shop ${state}` });
    const graph = new URL(development.addresses['GraphQL'] ?? '').origin;
    const { topupOrder } = await createTestClient(graph, reached.token).query(ORDER, { id: reached.orderId });
    expect(topupOrder).toMatchObject({ status: state, createdAt: '2026-11-22T03:00:00.000Z' });
    expect(topupOrder.number).toMatch(/^TU-261122-/);
    all.push({ organizationId: reached.organizationId, orderId: reached.orderId, ...topupOrder });
  }
  expect(await control(development, 'GET', 'audit')).toEqual({ violations: [] });
  return all;
}

test('all eight states have the same ids, numbers and times again after a reset', async () => {
  const development = await startDevelopment(directory);
  const first = await reachAll(development);
  await control(development, 'POST', 'reset');
  expect(await control(development, 'GET', 'clock')).toMatchObject({ shiftMs: 0 });
  expect(await reachAll(development)).toEqual(first);
  development.command.signalGroup('SIGINT');
  expect((await development.command.finished).code).toBe(0);
});
