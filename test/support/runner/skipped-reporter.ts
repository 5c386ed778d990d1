import type { Reporter, TestModule } from 'vitest/node';

/** Names what was skipped for want of something on this machine: the default reporter only counts it. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `  ${module.relativeModuleId} > ${test.fullName}`),
    );
    if (skipped.length > 0) console.log(`\nSkipped here:\n${skipped.join('\n')}\n`);
  }
}
