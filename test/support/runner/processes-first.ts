import { createHash } from 'node:crypto';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Projects with the longest files start first, so that none of them runs alone at the end. */
const ORDER = ['process', 'integration', 'unit'];

/** Files of a project are shuffled, because no test may depend on the order; one seed gives one order. */
export class ProcessesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { seed } = this.ctx.config.sequence;
    const placeOf = ({ project, moduleId }: TestSpecification) => {
      const shuffled = createHash('sha256').update(`${seed} ${moduleId}`).digest('hex');
      return `${ORDER.indexOf(project.name)} ${shuffled}`;
    };
    return files
      .map((file) => ({ file, place: placeOf(file) }))
      .toSorted((a, b) => (a.place < b.place ? -1 : 1))
      .map(({ file }) => file);
  }
}
