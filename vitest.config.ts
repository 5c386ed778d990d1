import { defineConfig } from 'vitest/config';
import { ProcessesFirst } from './test/support/runner/processes-first.ts';

const globalSetup = ['test/support/runner/global-setup.ts'];

export default defineConfig({
  resolve: {
    // Two copies of graphql (CommonJS and ESM) would not know each other's types.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    // test/README.md says what belongs where. Files of `unit` and `integration` share a process each worker: loading the server and
    // warming its code costs half the time of a file.
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false } },
      {
        extends: true,
        test: { name: 'integration', include: ['test/integration/**/*.test.ts'], globalSetup, isolate: false },
      },
      { extends: true, test: { name: 'process', include: ['test/process/**/*.test.ts'], globalSetup } },
    ],
    setupFiles: ['test/support/runner/setup.ts'],
    reporters: ['default', './test/support/runner/skipped-reporter.ts'],
    testTimeout: 40_000,
    hookTimeout: 60_000,
    sequence: { sequencer: ProcessesFirst },
    // Many tests wait for processes, timers and neighbours: one more than the two cores that we count on.
    maxWorkers: 3,
    // graphql-js leaves a rejection behind if an item of a list throws while another one waits. The tests that compare with it over odd
    // values meet that; the product contains it (docs/decisions/0060-what-ends-the-process-and-what-it-survives.md).
    onUnhandledError: (error) =>
      !(
        error.name === 'GraphQLError' &&
        error.stack?.includes('graphql/execution/execute.js') &&
        'VITEST_TEST_PATH' in error &&
        String(error.VITEST_TEST_PATH).includes('compiled-documents')
      ),
    // A test that leaves something running keeps its process: it is then ended, and the run fails.
    teardownTimeout: 10_000,
  },
});
