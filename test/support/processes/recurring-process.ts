/**
 * A replica that only runs a recurring job, as a process of its own, which tests freeze and kill. It reports the start
 * of a run and its log lines to its parent; a run ends when the parent says so. Arguments: database URL, name and
 * interval.
 */
import { once } from 'node:events';
import { startJobWorker } from '../../../src/platform/jobs/worker.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';

const [databaseUrl = '', name = '', intervalSeconds = ''] = process.argv.slice(2);
const log = createLogger('info', { write: (line: string) => void process.send?.(JSON.parse(line)) });

const worker = startJobWorker({
  databaseUrl,
  handlers: [],
  recurring: [
    {
      name,
      intervalSeconds: Number(intervalSeconds),
      async run() {
        process.send?.({ event: 'began' });
        await once(process, 'message');
      },
    },
  ],
  log,
});

process.once('disconnect', () => worker.stop());
