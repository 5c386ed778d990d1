import { createHash } from 'node:crypto';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take more than a quarter of a minute, most of it waiting: they begin first, so that none is left to run alone at
 * the end. Files are shuffled otherwise, because no test may need another before it; one seed gives one order.
 */
const LONG = [
  'crash/every-step',
  'crash/random-kills',
  'integration/action-trail-commands',
  'integration/commands',
  'integration/dev-command',
  'integration/leaks',
  'integration/leaks-crash',
  'integration/orders-command',
  'integration/outage-mail',
  'integration/outage-moderator',
  'integration/production',
  'integration/random-operations',
  'integration/rolling-restart',
  'integration/silent-neighbours',
  'integration/traces-collector',
  'model/order',
].map((name) => `/test/${name}.test.ts`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((end) => moduleId.endsWith(end));
    const { seed } = this.ctx.config.sequence;
    const placeOf = ({ moduleId }: TestSpecification) =>
      createHash('sha256').update(`${seed} ${moduleId}`).digest('hex');
    const shuffled = files
      .map((file) => ({ file, place: placeOf(file) }))
      .toSorted((a, b) => (a.place < b.place ? -1 : 1))
      .map(({ file }) => file);
    return [...shuffled.filter(isLong), ...shuffled.filter((file) => !isLong(file))];
  }
}
