import { AUDIT_CRONTAB, runAuditHandler } from '../audit/index.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { RECONCILIATION_CRONTAB } from '../operators/index.ts';
import { pruneDraftsJob } from '../orders/index.ts';
import { reconcileJob } from '../payments/index.ts';
import { type JobWorker, startJobWorker } from '../platform/jobs/worker.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';
import type { Databases } from './databases.ts';
import type { Services } from './services.ts';

interface Parts {
  services: Services;
  databases: Databases;
  log: Logger;
  telemetry: Telemetry;
  clock: Clock;
}

/** Starts the jobs: those that requests enqueue, the recurring ones, and by the queue's crontab the nightly audit and reconciliation. */
export function startBackground(config: Config, { services, databases, log, telemetry, clock }: Parts): JobWorker {
  const jobs = startJobWorker({
    name: 'jobs',
    databaseUrl: databases.backgroundUrl,
    handlers: [...services.jobHandlers, runAuditHandler(databases.connectAuditor, clock)],
    recurring: [
      reconcileJob((stopping) => services.reconcile.run(stopping), config.RECONCILE_INTERVAL_SECONDS),
      pruneDraftsJob((stopping) => services.pruneDrafts.run(stopping)),
    ],
    crontab: [AUDIT_CRONTAB, RECONCILIATION_CRONTAB].join('\n'),
    log,
    onFinished: telemetry.job,
    onRestart: telemetry.jobRunnerRestart,
  });
  reportWorkers([jobs], telemetry);
  return jobs;
}

function reportWorkers(workers: readonly JobWorker[], telemetry: Telemetry): void {
  for (const { name } of workers) telemetry.jobRunnerRestart(name, 0);
  telemetry.gauge({
    name: 'job_runner_up',
    description: 'A runner of this process gets jobs from the database, or hears that none is due: 1 yes, 0 no',
    label: 'runner',
    read: async () => new Map(workers.map(({ name, isRunning }) => [name, isRunning ? 1 : 0])),
  });
}
