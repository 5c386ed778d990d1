import { AUDIT_CRONTAB, runAuditHandler } from '../audit/index.ts';
import type { Config } from '../config.ts';
import { type DeliverEvents, deliverEventsJob } from '../event-delivery/index.ts';
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
  deliverEvents: DeliverEvents;
  databases: Databases;
  log: Logger;
  telemetry: Telemetry;
  clock: Clock;
}

/**
 * The lanes of this replica, and their slots. Mails have slots of their own, because a mail server may take minutes for each. Of both,
 * some are reserved for jobs that wait behind no other, so that neither a backlog nor one organization's slow jobs delay another
 * organization's.
 */
const SLOTS = { money: 4, reservedForBookings: 2, mails: 4, reservedForMails: 4 };
/** A retry of a mail may wait: the search for one reads past all jobs that are not mails. */
const MAIL_POLL_MS = 3000;
/**
 * In a flood of new jobs these runners search for theirs at most this often. A search reads past all jobs that are not theirs, so a
 * backlog of bookings would cost every settlement.
 */
const UNHURRIED_MS = 250;

/** Starts the jobs: those that requests enqueue, the recurring ones, and by the queue's crontab the nightly audit and reconciliation. */
export function startBackground(
  config: Config,
  { services, deliverEvents, databases, log, telemetry, clock }: Parts,
): JobWorker {
  const { payments, bookings, mails } = services.jobHandlers;
  const { job: onFinished, jobRunnerRestart: onRestart } = telemetry;
  const common = { databaseUrl: databases.backgroundUrl, log, onFinished, onRestart };
  const unhurried = { ...common, notificationSpacingMs: UNHURRIED_MS };
  const workers = [
    startJobWorker({
      ...common,
      name: 'money',
      handlers: [...bookings, ...payments, runAuditHandler(databases.connectAuditor, clock)],
      recurring: [
        reconcileJob((stopping) => services.reconcile.run(stopping), config.RECONCILE_INTERVAL_SECONDS),
        pruneDraftsJob((stopping) => services.pruneDrafts.run(stopping)),
      ],
      crontab: [AUDIT_CRONTAB, RECONCILIATION_CRONTAB].join('\n'),
      concurrency: SLOTS.money,
    }),
    startJobWorker({
      ...common,
      name: 'bookings',
      handlers: bookings,
      concurrency: SLOTS.reservedForBookings,
      isReserved: true,
    }),
    startJobWorker({
      ...unhurried,
      name: 'mails',
      handlers: mails,
      concurrency: SLOTS.mails,
      pollMs: MAIL_POLL_MS,
    }),
    startJobWorker({
      ...unhurried,
      name: 'first-mails',
      handlers: mails,
      concurrency: SLOTS.reservedForMails,
      isReserved: true,
    }),
    // A subscriber's server may be slow, so events share no lane with bookings and mails.
    startJobWorker({
      ...unhurried,
      name: 'events',
      handlers: [],
      recurring: [deliverEventsJob((stopping) => deliverEvents.run(stopping))],
      concurrency: 1,
    }),
  ];
  reportWorkers(workers, telemetry);
  return together(workers);
}

function together(workers: readonly JobWorker[]): JobWorker {
  return {
    name: 'all',
    get isRunning() {
      return workers.every((worker) => worker.isRunning);
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
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
