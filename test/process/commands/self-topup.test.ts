import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { buildOnce, endStarted, root, runBuilt } from '../../support/processes/built.ts';

// Each test starts a process or more.
vi.setConfig({ testTimeout: 120_000 });

beforeAll(buildOnce);
afterAll(endStarted);

const run = (...args: string[]) => runBuilt('src/commands/self-topup.js', args, {});

test('has every command of the operators, by the name that npm has for it', async () => {
  const { code, stdout } = await run();
  expect(code).toBe(0);
  const scripts = Object.entries(packageJson.scripts)
    .filter(([, line]) => line.includes('dist/src/commands/'))
    .map(([name]) => name);
  expect(/^Commands: (.+)$/m.exec(stdout)?.[1]?.split(', ').sort()).toEqual(scripts.sort());
  expect(readdirSync(join(root, 'dist/src/commands'))).toContain('self-topup.js');
});

test('passes arguments on, and refuses a command that it does not have', async () => {
  expect(await run('migrate', '--help')).toMatchObject({ code: 0, stdout: 'Usage: npm run migrate\n' });
  expect(await run('migrate', 'now')).toMatchObject({ code: 2, stderr: 'Usage: npm run migrate\n' });
  expect(await run('__proto__')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no command "__proto__".'),
  });
});
