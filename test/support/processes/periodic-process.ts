/**
 * A replica that runs a periodic task, and nothing else, as a process of its own: to be frozen and killed. It tells its
 * parent when a run begins; the run ends when the parent says so. Arguments: database URL, and the task as JSON.
 */
import { once } from 'node:events';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { startPeriodic } from '../../../src/platform/jobs/periodic.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';

const [url = '', task = '{}'] = process.argv.slice(2);
const log = createLogger('info', { write: (line: string) => void process.send?.(JSON.parse(line)) });
const database = await connectDatabase({ url, entities: [], migrations: [], poolSize: 2, log });

const periodic = startPeriodic(
  database,
  {
    ...JSON.parse(task),
    async run() {
      process.send?.({ event: 'began' });
      await once(process, 'message');
    },
  },
  log,
);

process.once('disconnect', async () => {
  await periodic.stop();
  await database.destroy();
});
