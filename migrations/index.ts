import { InitialSchema1764000000000 } from './1764000000000-initial-schema.ts';
import { PeriodicTasks1764100000000 } from './1764100000000-periodic-tasks.ts';
import { Operators1764200000000 } from './1764200000000-operators.ts';
import { OrderTrace1764300000000 } from './1764300000000-order-trace.ts';
import { RowSecurity1764400000000 } from './1764400000000-row-security.ts';
import { ActionTrail1764500000000 } from './1764500000000-action-trail.ts';
import { CallersWriteLess1764600000000 } from './1764600000000-callers-write-less.ts';
import { FlatGrowth1764800000000 } from './1764800000000-flat-growth.ts';
import { AuditOfChanges1764900000000 } from './1764900000000-audit-of-changes.ts';
import { LedgerByOrganization1765000000000 } from './1765000000000-ledger-by-organization.ts';
import { PaymentProvider1765100000000 } from './1765100000000-payment-provider.ts';
import { CallersLockLess1765300000000 } from './1765300000000-callers-lock-less.ts';
import { ExcessReports1765400000000 } from './1765400000000-excess-reports.ts';
import { PollInTurns1765410000000 } from './1765410000000-poll-in-turns.ts';
import { DraftsArePruned1765420000000 } from './1765420000000-drafts-are-pruned.ts';
import { JobTurns1765500000000 } from './1765500000000-job-turns.ts';
import { UnsentMails1765500100000 } from './1765500100000-unsent-mails.ts';
import { OperatorsEndThings1765700000000 } from './1765700000000-operators-end-things.ts';
import { PaymentsReceived1765800000000 } from './1765800000000-payments-received.ts';
import { PaymentsFromTheInbox1765810000000 } from './1765810000000-payments-from-the-inbox.ts';
import { CancelMails1766390000000 } from './1766390000000-cancel-mails.ts';
import { GiveBacks1766390100000 } from './1766390100000-give-backs.ts';
import { OrderChanges1766400000000 } from './1766400000000-order-changes.ts';
import { NamesAndLanguages1766400100000 } from './1766400100000-names-and-languages.ts';
import { InvoicesOfOneOrder1766500000000 } from './1766500000000-invoices-of-one-order.ts';
import { InvoiceSteps1766600000000 } from './1766600000000-invoice-steps.ts';
import { JobsInOneInsert1766600100000 } from './1766600100000-jobs-in-one-insert.ts';
import { PaidOrdersAreRefundable1766700000000 } from './1766700000000-paid-orders-are-refundable.ts';
import { OrderReminders1766800000000 } from './1766800000000-order-reminders.ts';
import { RunningBalances1767000000000 } from './1767000000000-running-balances.ts';
import { OrderNotifications1767000100000 } from './1767000100000-order-notifications.ts';
import { Taxes1767200000000 } from './1767200000000-taxes.ts';
import { Documents1767400000000 } from './1767400000000-documents.ts';
import { WithholdingSlips1767500000000 } from './1767500000000-withholding-slips.ts';
import { PaymentsByTime1767500000001 } from './1767500000001-payments-by-time.ts';
import { Approvals1767600000000 } from './1767600000000-approvals.ts';
import { ApprovalMails1767600000001 } from './1767600000001-approval-mails.ts';
import { EventSubscriptions1767700000000 } from './1767700000000-event-subscriptions.ts';
import { EventsAreNoted1767700000001 } from './1767700000001-events-are-noted.ts';
import { SettlementsReadLess1767710000000 } from './1767710000000-settlements-read-less.ts';
import { MovesAreCheckedByFunction1767710000001 } from './1767710000001-moves-are-checked-by-function.ts';
import { QueuePlansAreKept1767710000002 } from './1767710000002-queue-plans-are-kept.ts';
import { SecretsAreRotated1767730000000 } from './1767730000000-secrets-are-rotated.ts';
import { NoticesNameRefunds1767740000000 } from './1767740000000-notices-name-refunds.ts';

/** The migrations in the order in which they run. Append-only: never change one that a database has applied. */
export const migrations = [
  InitialSchema1764000000000,
  PeriodicTasks1764100000000,
  Operators1764200000000,
  OrderTrace1764300000000,
  RowSecurity1764400000000,
  ActionTrail1764500000000,
  CallersWriteLess1764600000000,
  FlatGrowth1764800000000,
  AuditOfChanges1764900000000,
  LedgerByOrganization1765000000000,
  PaymentProvider1765100000000,
  CallersLockLess1765300000000,
  ExcessReports1765400000000,
  PollInTurns1765410000000,
  DraftsArePruned1765420000000,
  JobTurns1765500000000,
  UnsentMails1765500100000,
  OperatorsEndThings1765700000000,
  PaymentsReceived1765800000000,
  PaymentsFromTheInbox1765810000000,
  CancelMails1766390000000,
  GiveBacks1766390100000,
  OrderChanges1766400000000,
  NamesAndLanguages1766400100000,
  InvoicesOfOneOrder1766500000000,
  InvoiceSteps1766600000000,
  JobsInOneInsert1766600100000,
  PaidOrdersAreRefundable1766700000000,
  OrderReminders1766800000000,
  RunningBalances1767000000000,
  OrderNotifications1767000100000,
  Taxes1767200000000,
  Documents1767400000000,
  WithholdingSlips1767500000000,
  PaymentsByTime1767500000001,
  Approvals1767600000000,
  ApprovalMails1767600000001,
  EventSubscriptions1767700000000,
  EventsAreNoted1767700000001,
  SettlementsReadLess1767710000000,
  MovesAreCheckedByFunction1767710000001,
  QueuePlansAreKept1767710000002,
  SecretsAreRotated1767730000000,
  NoticesNameRefunds1767740000000,
];
