import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

/** Runs the command over a project with one package, with npm on a registry of this test. */
const COMMAND = fileURLToPath(new URL('../../../scripts/check-dependencies.ts', import.meta.url));
const ADVISORIES = '/-/npm/v1/security/advisories/bulk';

let directory: string;
let registry: Server;
/** The registry's answer to a request for advisories. */
let advisories: { status: number; body: unknown };

beforeAll(async () => {
  registry = createServer((request, response) => {
    const { status, body } = request.url === ADVISORIES ? advisories : { status: 200, body: PACKUMENT };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
});

// npm also caches advisories there.
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'self-topup-dependencies-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

afterAll(() => {
  registry.close();
  registry.closeAllConnections();
});

const PACKUMENT = {
  name: 'graphql',
  'dist-tags': { latest: '1.0.0' },
  versions: { '1.0.0': { name: 'graphql', version: '1.0.0' } },
};
const GRAPHQL = { version: '1.0.0', license: 'MIT', integrity: `sha512-${'A'.repeat(86)}==` };

const advisory = (severity: string) => ({
  graphql: [{ id: 1, url: 'https://example.test/1', title: 'It leaks', severity, vulnerable_versions: '<2.0.0' }],
});

async function check(locked: object = {}, options: readonly string[] = []): Promise<{ code: number; out: string }> {
  const manifest = { name: 'shop', version: '1.0.0', dependencies: { graphql: '1.0.0' } };
  const lock = {
    ...manifest,
    lockfileVersion: 3,
    packages: { '': manifest, 'node_modules/graphql': { ...GRAPHQL, ...locked } },
  };
  const files = { 'package.json': manifest, 'package-lock.json': lock };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), JSON.stringify(content));
  const address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
  const env = {
    ...process.env,
    npm_config_registry: address,
    npm_config_fetch_retries: '0',
    npm_config_cache: join(directory, '.cache'),
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...options], { cwd: directory, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), out: stderr + stdout }),
    );
  });
}

test('a package without an advisory passes', async () => {
  advisories = { status: 200, body: {} };
  expect(await check()).toEqual({ code: 0, out: '1 packages, 0 faults, advisories included\n' });
});

test.each(['high', 'critical'])('an advisory of severity %s exits with 1', async (severity) => {
  advisories = { status: 200, body: advisory(severity) };
  expect(await check()).toEqual({
    code: 1,
    out: `graphql: ${severity}, It leaks\n1 packages, 1 faults, advisories included\n`,
  });
});

test('a moderate advisory passes', async () => {
  advisories = { status: 200, body: advisory('moderate') };
  expect((await check()).code).toBe(0);
});

test.each([405, 503])(
  'a registry that answers %i has no advisories: the output warns, and the lock file decides',
  async (status) => {
    advisories = { status, body: {} };
    const good = await check();
    expect(good.code).toBe(0);
    expect(good.out).toMatch(/^1 packages, 0 faults, ADVISORIES NOT CHECKED$/m);
    expect(good.out).toMatch(new RegExp(`^WARNING: the registry gave no advisories \\(${status} .*\\)`, 'm'));
    const bad = await check({ integrity: undefined });
    expect(bad.code).toBe(1);
    expect(bad.out).toContain('node_modules/graphql has no sha512 hash\n');
  },
);

test('a release requires the advisories: without them the command fails', async () => {
  advisories = { status: 503, body: {} };
  expect((await check({}, ['--require-advisories'])).code).toBe(1);
  advisories = { status: 200, body: {} };
  expect((await check({}, ['--require-advisories'])).code).toBe(0);
});
