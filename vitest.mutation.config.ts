import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Stryker runs these once for each mutant: the tests that scripts/mutate.ts names for the file, with PostgreSQL if one of them needs it. */
const include = (process.env['MUTATION_TESTS'] ?? '').split(',');
const needsDatabase = include.some((file) => file.startsWith('test/integration/'));
const { projects: _, ...shared } = base.test ?? {};

export default defineConfig({
  ...base,
  test: {
    ...shared,
    include,
    globalSetup: needsDatabase ? ['test/support/runner/global-setup.ts'] : [],
    reporters: ['default'],
    // Mutants that make a test wait for what never comes are to be told soon.
    testTimeout: 5_000,
  },
});
