import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { buildOnce, endStarted, root, runBuilt } from '../../support/processes/built.ts';

// Each test starts a process or more.
vi.setConfig({ testTimeout: 120_000 });

beforeAll(buildOnce);
afterAll(endStarted);

const run = (...args: string[]) => runBuilt('server/commands/self-topup.js', args, {});

test('has every command of the operators, by the name that npm has for it', async () => {
  const { code, stdout } = await run();
  expect(code).toBe(0);
  const scripts = Object.entries(packageJson.scripts)
    .filter(([, line]) => line.includes('dist/server/commands/'))
    .map(([name]) => name);
  expect(/^Commands: (.+)$/m.exec(stdout)?.[1]?.split(', ').sort()).toEqual(scripts.sort());
  expect(readdirSync(join(root, 'dist/server/commands'))).toContain('self-topup.js');
});

test('passes arguments on, and refuses a command that it does not have', async () => {
  expect(await run('orders', 'show', '--help')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Usage: self-topup orders show \[options\] <number>\n/),
  });
  expect(await run('migrate', 'now')).toMatchObject({
    code: 2,
    stderr: 'There are too many arguments: now.\nUsage: self-topup migrate [options]\n',
  });
  expect(await run('--version')).toMatchObject({ code: 0, stdout: `${packageJson.version}\n` });
  expect(await run('__proto__')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no command "__proto__".'),
  });
});

test.each([
  ['migrate', 'There are no packages: run `npm ci` first.\n'],
  ['build', 'There are no packages: run `npm ci` first.\n'],
  ['start', 'There is no build to start: run `npm run build` first.\n'],
])('`npm run %s` in a fresh clone says what to do', async (script, stderr) => {
  const clone = mkdtempSync(join(tmpdir(), 'self-topup-clone-'));
  copyFileSync(join(root, 'package.json'), join(clone, 'package.json'));
  const call = promisify(execFile)('npm', ['run', '--silent', script], { cwd: clone });
  await expect(call).rejects.toMatchObject({ code: 1, stdout: '', stderr });
  rmSync(clone, { recursive: true });
});
