import { createHash } from 'node:crypto';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Projects with the longest files start first, so that none of them runs alone at the end. */
const ORDER = ['process', 'integration', 'unit'];

/** Long files, most of which wait for time-outs: beside each other they leave the cores idle, and at the end they run alone. */
const LONG = new Set([
  'test/process/crash/database-outage.failover.test.ts',
  'test/process/crash/database-outage.network.test.ts',
  'test/process/crash/database-outage.server.test.ts',
  'test/process/jobs/recurring.test.ts',
  'test/process/outage/mail.slow-answers.test.ts',
  'test/integration/jobs/recurring.test.ts',
  'test/integration/neighbours/failures.test.ts',
  'test/integration/neighbours/silent.test.ts',
  'test/unit/payments/deliveries.property.test.ts',
]);

/** Files of a project are shuffled, because no test may depend on the order; one seed gives one order. */
export class ProcessesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const { seed } = this.ctx.config.sequence;
    const shuffled = files
      .map((file) => ({ file, place: createHash('sha256').update(`${seed} ${file.moduleId}`).digest('hex') }))
      .toSorted((a, b) => (a.place < b.place ? -1 : 1))
      .map(({ file }) => file);
    const isLong = ({ moduleId }: TestSpecification) => LONG.has(moduleId.slice(root.length + 1));
    return [...Map.groupBy(shuffled, ({ project }) => ORDER.indexOf(project.name))]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([, ofProject]) => spread(ofProject, isLong));
  }
}

/** The first of the long files comes at once, and each next one after an equal share of the others. */
function spread<T>(files: readonly T[], isLong: (file: T) => boolean): T[] {
  const long = files.filter(isLong);
  const others = files.filter((file) => !isLong(file));
  if (long.length === 0) return others;
  const share = Math.ceil(others.length / long.length);
  return long.flatMap((file, index) => [file, ...others.slice(index * share, (index + 1) * share)]);
}
