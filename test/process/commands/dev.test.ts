import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestClient } from '../../support/app/test-client.ts';
import { sendRaw } from '../../support/http/raw-http.ts';
import { buildOnce, endStarted, type RunningProcess, startBuilt } from '../../support/processes/built.ts';
import { accepts, treeOf, untilGone } from '../../support/processes/process-tree.ts';

vi.setConfig({ testTimeout: 120_000 });

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

interface Development {
  command: RunningProcess;
  /** The printed URLs by name. */
  addresses: Record<string, string>;
  ports: number[];
  /** The printed tokens by purpose. */
  tokens: Record<string, string>;
  pids: number[];
}

async function startDevelopment(env: Record<string, string> = {}): Promise<Development> {
  const command = startBuilt('sandbox/dev.js', [], { TMPDIR: directory, ...env }, { ownGroup: true });
  await command.untilPrinted(/ {2}\d+ {2}Support.*\n +\S+\n\n/);
  const { stdout } = command.output;
  const addresses: Record<string, string> = Object.fromEntries(
    [...stdout.matchAll(/^ {2}(\w.*?) +(\w+:\/\/\S+)$/gm)].map(([, name, url]) => [name ?? '', url ?? '']),
  );
  const tokens: Record<string, string> = Object.fromEntries(
    [...stdout.matchAll(/^ {2}(\d+ {2}.+)\n {2}(\S+)$/gm)].map(([, label, token]) => [label ?? '', token ?? '']),
  );
  return {
    command,
    addresses,
    tokens,
    ports: Object.values(addresses).map((url) => Number(new URL(url).port)),
    pids: await treeOf(command.pid),
  };
}

async function expectNothingLeft({ ports, pids }: Development): Promise<void> {
  await untilGone(pids);
  for (const port of ports) expect({ port, open: await accepts(port) }).toEqual({ port, open: false });
  expect(await readdir(directory)).toEqual([]);
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

/** Raw bytes, because no client sends them: a page that rebinds its name does, and so does a scanner. */
async function isClosedToForeignPages({ addresses }: Development): Promise<void> {
  const get = async (url: string, target: string, host: string) => {
    const [answer] = await sendRaw(url, `GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    return answer?.status;
  };
  const { 'Top-up page': page = '', GraphQL: graph = '', Tokens: tokens = '', Mailbox: mailbox = '' } = addresses;
  for (const [url, target] of [
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
  const development = await startDevelopment({ PORT: String(port) });
  const { addresses, tokens, ports, command } = development;
  expect(Object.keys(addresses)).toEqual(
    expect.arrayContaining(['Top-up page', 'GraphQL', 'Mailbox', 'Mekari Pay', 'Database']),
  );
  expect(Object.keys(tokens).length).toBeGreaterThanOrEqual(8);
  expect(ports).not.toContain(port);
  for (const open of ports) expect(await accepts(open)).toBe(true);
  await buys(development);

  const page = addresses['Top-up page'] ?? '';
  expect(await (await fetch(page)).text()).toContain('<script');
  const { organizations } = await (await fetch(new URL('/example/config.json', page))).json();
  const buyer = createTestClient(new URL(page).origin, organizations[0].token);
  expect(await buyer.query('{ topupEligibility: topupOptions { __typename } }')).not.toBeNull();

  await isClosedToForeignPages(development);

  command.signalGroup('SIGINT');
  expect((await command.finished).code).toBe(0);
  await expectNothingLeft(development);
  taken.close();
});

test('the next start works after a SIGKILL, which ends server and database', async () => {
  const killed = await startDevelopment();
  expect(killed.pids.length).toBeGreaterThan(3);
  killed.command.signal('SIGKILL');
  await expectNothingLeft(killed);

  const next = await startDevelopment();
  await buys(next);
  next.command.signal('SIGTERM');
  expect((await next.command.finished).code).toBe(0);
  await expectNothingLeft(next);
});

test('two at once use different databases', async () => {
  const first = await startDevelopment();
  const second = await startDevelopment();
  await buys(first);
  await buys(second);
  for (const { command } of [first, second]) command.signal('SIGINT');
  for (const development of [first, second]) expect((await development.command.finished).code).toBe(0);
  for (const { pids } of [first, second]) await untilGone(pids);
});
