import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freePort } from '../../../sandbox/dev/free-port.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { until } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted, startBuilt } from '../../support/processes/built.ts';

// Each test starts a process.
vi.setConfig({ testTimeout: 60_000 });

/** Fills a pipe of 64 KB: each line of a request has more than two hundred bytes. */
const REQUESTS = 600;

let db: TestDatabase;
let sandbox: Sandbox;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'self-topup-log-'));
  [db, sandbox] = await Promise.all([createDatabase(), startSandbox(), buildOnce()]);
});

afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
  await db?.drop();
  rmSync(directory, { recursive: true });
});

/** A pipe whose reader stands still: this process has it open and never reads. */
function stuckPipe(): number {
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  const descriptor = openSync(path, 'r+');
  rmSync(path);
  return descriptor;
}

async function startWith(stdout: number) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...sandbox.environment(),
    DATABASE_URL: db.url,
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: url,
    CHECKOUT_RETURN_URL: `${url}/topup`,
  };
  const server = startBuilt('server/main.js', [], env, { stdout });
  const isUp = () =>
    fetch(`${url}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(async () => server.hasEnded || (await isUp()), Boolean);
  expect(server.output.stderr).not.toContain('Cannot start');
  return { server, url };
}

async function requestAll(url: string): Promise<void> {
  for (let sent = 0; sent < REQUESTS; sent++) expect((await fetch(`${url}/nowhere`)).status).toBe(404);
}

async function lostLines(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^log_lines_lost_total\S* (\d+)$/m.exec(text)?.[1]);
}

test('a log on a full disk costs its lines, which are counted and told once, and the server serves and stops', async () => {
  const full = openSync('/dev/full', 'w');
  const { server, url } = await startWith(full);
  closeSync(full);
  await requestAll(url);
  await until(
    () => lostLines(url),
    (lost) => lost >= REQUESTS,
  );
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  server.signal('SIGTERM');
  const { code, stderr } = await server.finished;
  expect(code).toBe(0);
  expect(stderr).toBe(
    'The log cannot be written: ENOSPC. The server goes on without its lines, and counts them in log_lines_lost_total.\n',
  );
});

test('a reader of the log that stands still delays neither an answer nor the stop', async () => {
  const pipe = stuckPipe();
  const { server, url } = await startWith(pipe);
  await requestAll(url);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  server.signal('SIGTERM');
  const { code, signal } = await server.finished;
  closeSync(pipe);
  // Not the 1 of a stop that gave up after nine seconds.
  expect({ code, signal }).toEqual({ code: 0, signal: null });
});

test('a reader of the log that is gone costs its lines, and the server serves and stops', async () => {
  const path = join(directory, 'unread');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, 'r+');
  const writer = openSync(path, 'w');
  const { server, url } = await startWith(writer);
  closeSync(writer);
  closeSync(reader);
  await requestAll(url);
  await until(
    () => lostLines(url),
    (lost) => lost > 0,
  );
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  server.signal('SIGTERM');
  const { code, stderr } = await server.finished;
  expect(code).toBe(0);
  expect(stderr).toMatch(/^The log cannot be written: EPIPE\. [^\n]*\n$/);
});
