import type { DataSource } from 'typeorm';
import { loadReconcileConfig } from '../config.ts';
import { systemClock as clock } from '../kernel/clock.ts';
import { type Finding, type ReconcileParts, type ReconcileSummary, reconcileInvoices } from '../operators/index.ts';
import {
  CheckPayment,
  EndByProvider,
  IssueInvoice,
  ReportOthers,
  ReviewUnreadable,
  SettlePayment,
  SettleReceived,
  settleListed,
} from '../payments/index.ts';
import { TenantDatabase } from '../platform/database/tenant-database.ts';
import { createLogger } from '../platform/telemetry/logger.ts';
import { print, runRecorded } from './command.ts';
import { type CommandNeighbours, withNeighbours } from './neighbours.ts';
import type { ReconcileCommand } from './orders-requests.ts';
import { describeFinding } from './orders-text.ts';

/** Prints each difference as it is found, or all of them as JSON. Exit code 1 if an operator has something to mend. */
export async function reconcile(request: ReconcileCommand, database: DataSource): Promise<void> {
  const { since, isDryRun, isJson, actor } = request;
  const findings: Finding[] = [];
  const run = () =>
    withNeighbours((neighbours) =>
      reconcileInvoices(partsOf(database, neighbours), {
        since,
        isDryRun,
        onFinding(finding) {
          findings.push(finding);
          if (!isJson) for (const line of describeFinding(finding)) print(line);
        },
      }),
    );
  const subject = `since ${since.toISOString()}`;
  const summary = isDryRun
    ? await run()
    : await runRecorded(database, { action: 'orders reconcile', subject, actor }, run);
  print(
    isJson
      ? JSON.stringify({ since, isDryRun, ...summary, findings }, null, 2)
      : describeSummary(summary, findings, isDryRun),
  );
  if (findings.some(({ isMended }) => !isMended)) process.exitCode = 1;
}

function describeSummary(
  { invoices, foreign }: ReconcileSummary,
  findings: readonly Finding[],
  isDryRun: boolean,
): string {
  const mended = findings.filter(({ isMended }) => isMended).length;
  const others = foreign === 0 ? '' : `, ${foreign} of them not of this product`;
  const compared = `${invoices} invoices compared${others}: ${findings.length - mended} to mend, ${mended} mended`;
  if (!isDryRun || findings.length === 0) return compared;
  return `${compared}\nDry run: nothing was changed. Without --dry-run it settles what it can, and leaves the rest to mend.`;
}

/** Composes what settles a payment, as the server does. It logs nothing: the findings tell the operator. */
function partsOf(database: DataSource, neighbours: CommandNeighbours): ReconcileParts {
  const { CHECKOUT_RETURN_URL: returnUrl } = loadReconcileConfig();
  const log = createLogger('silent');
  const [provider, moderator] = [neighbours.paymentProvider(), neighbours.moderator()];
  const silent = () => undefined;
  const others = new ReportOthers(database, clock, silent);
  const invoices = new IssueInvoice(database, provider, others, clock, log, { returnUrl });
  const payments = new SettlePayment(database, clock, silent);
  const received = new SettleReceived(database, clock, silent);
  const unreadable = new ReviewUnreadable(database, clock, silent);
  const ends = new EndByProvider(database, clock, log, unreadable);
  const callers = new TenantDatabase(database);
  const checks = new CheckPayment(callers, database, provider, invoices, received, unreadable, ends, others, clock);
  return {
    database,
    provider,
    moderator,
    settle: (order) => checks.checkNow(order),
    enterException: (invoice) => settleListed(payments, provider.name, invoice),
  };
}
