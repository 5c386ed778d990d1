import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  resolve: {
    // Two copies of graphql (CommonJS and ESM) would not know each other's types.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    reporters: ['default', './test/support/skipped-reporter.ts'],
    testTimeout: 40_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    // Many tests wait for processes, timers and neighbours: one more than the two cores that we count on.
    maxWorkers: 3,
    // A test that leaves something running keeps its process: it is then ended, and the run fails.
    teardownTimeout: 10_000,
  },
});
