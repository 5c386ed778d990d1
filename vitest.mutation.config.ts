import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** What Stryker runs once for each mutant: the tests that scripts/mutate.ts names for the file, and PostgreSQL only for those. */
const include = (process.env['MUTATION_TESTS'] ?? '').split(',');
const needsDatabase = include.some((file) => file.startsWith('test/integration/'));

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include,
    globalSetup: needsDatabase ? base.test?.globalSetup : [],
    reporters: ['default'],
    // Mutants that make a test wait for what never comes are to be told soon.
    testTimeout: 5_000,
  },
});
