import type { Reporter, TestModule } from 'vitest/node';

/**
 * Names the tests that were skipped because something is missing on this machine: the default reporter only counts
 * them.
 */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `  ${module.relativeModuleId} > ${test.fullName}`),
    );
    if (skipped.length > 0) console.log(`\nSkipped here:\n${skipped.join('\n')}\n`);
  }
}
