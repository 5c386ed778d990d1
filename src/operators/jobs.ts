import { z } from 'zod';
import { endOfJakartaDay, jakartaDate } from '../kernel/jakarta.ts';
import { defineJob, type JobHandler } from '../platform/jobs/job.ts';
import { type ReconcileParts, reconcileInvoices } from './reconcile-invoices.ts';
import { DIFFERENCE_KINDS, type DifferenceKind } from './rules/compare-books.ts';

/**
 * Runs at 03:30 in Jakarta, once for all replicas; the queue's crontab is in UTC. A run that no replica could start is made up
 * for within two days.
 */
export const RECONCILIATION_CRONTAB = '30 20 * * * run_reconciliation ?fill=2d';

/** The queue adds the time for which the run is due, so that a late or repeated run covers the same days. */
const runReconciliationJob = defineJob({
  name: 'run_reconciliation',
  payload: z.object({ _cron: z.object({ ts: z.coerce.date() }) }),
});

/**
 * Compares the days since the day before yesterday with the provider and accounting. A payment whose webhook was lost for
 * longer than the late poll lasts is settled; what a machine cannot mend is logged as an error and counted. If a neighbour
 * fails, the job is retried.
 */
export function runReconciliationHandler(
  parts: ReconcileParts,
  onFindings: (kind: DifferenceKind, count: number) => void,
): JobHandler {
  // Creates the counters before the first finding.
  for (const kind of DIFFERENCE_KINDS) onFindings(kind, 0);
  return runReconciliationJob.handle(async ({ _cron: { ts } }, { log, stopping }) => {
    let mended = 0;
    let open = 0;
    const summary = await reconcileInvoices(parts, {
      since: startOfDayBeforeYesterday(ts),
      isDryRun: false,
      stopping,
      onFinding({ kind, orderNumber: order, detail, isMended }) {
        if (isMended) {
          mended += 1;
          return log.info({ event: 'reconciliation_mended', kind, order, detail });
        }
        open += 1;
        onFindings(kind, 1);
        return log.error({ event: 'reconciliation_finding', kind, order, detail });
      },
    });
    log.info({ event: 'reconciliation_done', ...summary, mended, open });
  });
}

/** The first instant of that day in Jakarta. */
export function startOfDayBeforeYesterday(at: Date): Date {
  const threeDaysAgo = jakartaDate(new Date(at.getTime() - 3 * 86_400_000));
  return new Date(endOfJakartaDay(threeDaysAgo).getTime() + 1000);
}
