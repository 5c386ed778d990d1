/** The settings of `npm run mutate`, which says what is mutated and which tests are run. */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // Stryker would rewrite it with TypeScript's own API, which TypeScript 7 does not have. Nothing in it needs to be.
  tsconfigFile: 'none',
  // The tests start servers and one database at most: one at a time is kind to a small machine.
  concurrency: 1,
  reporters: [],
  logLevel: 'error',
  warnings: false,
  tempDirName: 'dist/mutation',
  ignorePatterns: ['dist', 'bench', 'docs', 'example'],
};
