import { test as base } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/index.ts';

export interface SandboxFixtures {
  /** Starts a sandbox that is stopped with the test. */
  start(options?: SandboxOptions): Promise<Sandbox>;
  sandbox: Sandbox;
}

/** A test with a sandbox of its own. */
export const test = base.extend<SandboxFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: the first parameter must be a pattern
  start: async ({}, use) => {
    const started: Sandbox[] = [];
    await use(async (options) => {
      const sandbox = await startSandbox(options);
      started.push(sandbox);
      return sandbox;
    });
    await Promise.all(started.map((sandbox) => sandbox.stop()));
  },
  sandbox: async ({ start }, use) => use(await start({ webhookRetryDelaysMs: [1, 1, 1] })),
});
