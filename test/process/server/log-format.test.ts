import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { launchReplica } from '../../support/processes/replica.ts';

vi.setConfig({ testTimeout: 60_000 });

let db: TestDatabase;
let sandbox: Sandbox;

beforeAll(async () => {
  [db, sandbox] = await Promise.all([createDatabase(), startSandbox(), buildOnce()]);
});
afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
  await db?.drop();
});

test('LOG_FORMAT=pretty writes lines for a person', async () => {
  const server = launchReplica({ db, sandbox }, { LOG_FORMAT: 'pretty' });
  await server.untilPrinted(/^\[\d\d:\d\d:\d\d\.\d{3}\] .*INFO.*: .*listening.*$/m);
  server.signal('SIGTERM');
  expect(await server.finished).toMatchObject({ code: 0, stderr: '' });
  expect(server.output.stdout).not.toContain('"event":"stopping"');
});
